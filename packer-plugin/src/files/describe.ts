import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { glob, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { File_ } from "@waybill/registry-client";

const GIB = 2 ** 30;
/** Takes a second or more to read from a disk. */
const WORTH_SAYING = GIB / 8;

/**
 * Describes files by path, size and SHA-256, reading them as streams. Paths below the working directory are written
 * relative to it, with forward slashes.
 *
 * @param paths what the builder names; used as they are
 * @param patterns what the template names, paths or globs
 * @param tell what was left out, because it is not there or cannot be read, and which file takes long
 */
export async function describeFiles(
  paths: string[],
  patterns: string[],
  tell: { warn(sentence: string): void; progress(sentence: string): void },
): Promise<File_[]> {
  const wanted = new Set(paths.map(shown));
  for (const pattern of patterns) {
    const matches = await matching(pattern);
    if (matches.length === 0) tell.warn(`files: nothing matches ${JSON.stringify(pattern)}`);
    for (const match of matches.sort()) wanted.add(shown(match));
  }
  const files: File_[] = [];
  for (const path of wanted) {
    const info = await stat(path).catch(() => undefined);
    if (!info?.isFile()) {
      tell.warn(`${path} is ${info ? "no regular file" : "not there (any more)"} and was left out`);
      continue;
    }
    if (info.size >= WORTH_SAYING) tell.progress(`Hashing ${path} (${(info.size / GIB).toFixed(1)} GiB)`);
    try {
      files.push({ path, size: info.size, sha256: await sha256(path), stored: false });
    } catch (error) {
      // The rest of the build is worth more than one file of it.
      tell.warn(
        `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? error}) and was left out`,
      );
    }
  }
  return files;
}

async function matching(pattern: string): Promise<string[]> {
  const matches: string[] = [];
  for await (const entry of glob(pattern, { withFileTypes: true })) {
    if (!entry.isDirectory()) matches.push(join(entry.parentPath, entry.name));
  }
  return matches;
}

function shown(path: string): string {
  const below = relative(process.cwd(), path);
  const isBelow = below !== "" && below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return (isBelow ? below : path).replaceAll(sep, "/");
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}
