import { stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { File_, LocalFile } from "@waybill/registry-client";
import { describeFile } from "@waybill/registry-client/file-source";
import { sizeText, WORTH_SAYING } from "@waybill/registry-client/upload-progress";
import { matching } from "./matching.ts";

type Tell = { warn(sentence: string): void; progress(sentence: string): void };

/** What the template says of files: paths or globs of some more, and which are uploaded. */
export type FileOptions = { files: string[]; upload?: boolean | undefined };

/** Files as a report has them, and where those are that are to be uploaded. */
export type Described = { files: File_[]; uploads: LocalFile[] };

/**
 * Describes files by path, size and SHA-256, reading them as streams. Paths below the working directory are written
 * relative to it, with forward slashes; those elsewhere that are to be uploaded without what leads there. Those that the
 * template names are to be uploaded, those of the builder are recorded only, unless the template says otherwise for all.
 *
 * @param paths what the builder names; used as they are
 * @param tell what was left out, because it is not there or cannot be read, and which file takes long
 */
export async function describeFiles(
  paths: string[],
  { files: patterns, upload }: FileOptions,
  tell: Tell,
): Promise<Described> {
  const wanted = new Map(paths.map((path) => [shown(path), upload ?? false]));
  for (const pattern of patterns) {
    const matches = await matching(pattern);
    if (matches.length === 0) tell.warn(`files: nothing matches ${JSON.stringify(pattern)}`);
    for (const match of matches) wanted.set(shown(match), upload ?? true);
  }
  const files: File_[] = [];
  const uploads: LocalFile[] = [];
  for (const [path, stored] of wanted) {
    const info = await stat(path).catch(() => undefined);
    if (!info?.isFile()) {
      tell.warn(`${path} is ${info ? "no regular file" : "not there (any more)"} and was left out`);
      continue;
    }
    if (info.size >= WORTH_SAYING) tell.progress(`Hashing ${path} (${sizeText(info.size)})`);
    try {
      const { size, sha256 } = await describeFile(path);
      const name = stored ? keepable(path) : path;
      files.push({ path: name, size, sha256, stored });
      if (stored) uploads.push({ path: name, source: resolve(path) });
    } catch (error) {
      // The rest of the build is worth more than one file of it.
      tell.warn(
        `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? error}) and was left out`,
      );
    }
  }
  return { files, uploads };
}

function shown(path: string): string {
  const below = relative(process.cwd(), path);
  const isBelow = below !== "" && below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return (isBelow ? below : path).replaceAll(sep, "/");
}

/** The path that a registry keeps bytes under: none that would lead whoever downloads them elsewhere. */
function keepable(path: string): string {
  const parts = path
    .split(/[\\/]/)
    .filter((part) => !["", ".", ".."].includes(part) && !/^[A-Za-z]:$/.test(part));
  return parts.join("/");
}
