import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { CallOptions } from "./caller.ts";
import { makeDirectory } from "./directory.ts";
import { isFile } from "./file-source.ts";
import type { FileReference, Files } from "./files.ts";
import { RegistryError } from "./problem.ts";

/** A file as a build names it. */
type Wanted = FileReference & { size: number; sha256: string };

export type SaveOptions = CallOptions & {
  /** Told how many bytes are there. */
  onProgress?: (received: number) => void;
};

const WRITTEN_AT_ONCE = 1024 * 1024;

/**
 * Where a file of a build goes below a directory. Its path is what somebody else wrote: it must not lead out of it, by
 * its parts or by a link that is there.
 *
 * @throws Error when it would
 */
export async function placeBelow(directory: string, path: string): Promise<string> {
  const parts = path.split("/");
  const isPlain = parts.every(
    (part) => part !== "" && part !== "." && part !== ".." && !/[\\:\p{Cc}]/u.test(part),
  );
  if (!isPlain)
    throw new Error(`${JSON.stringify(path)} is no path that is safe to write; name the target yourself`);
  await makeDirectory(directory);
  const root = await realpath(directory);
  const target = resolve(root, ...parts);
  for (let above = dirname(target); ; above = dirname(above)) {
    const real = await realpath(above).catch(() => undefined);
    if (real === undefined) continue;
    if (real === root || real.startsWith(root + sep)) return target;
    throw new Error(`${relative(root, above)} in ${directory} is a link that leads out of it`);
  }
}

/**
 * Downloads a file of a build, so that there is the whole and right file under its name or none. What an earlier
 * attempt has left is gone on with, as is a connection that breaks.
 *
 * @returns whether it was there already, so that nothing had to come
 * @throws {RegistryError} `file_differs` when what came is not what the build made; the error of the file system
 */
export async function saveFile(
  files: Files,
  wanted: Wanted,
  target: string,
  { onProgress, ...options }: SaveOptions = {},
): Promise<{ wasThere: boolean }> {
  if (await isFile(target, wanted)) return { wasThere: true };
  await makeDirectory(dirname(target));
  // Whoever else downloads the same bytes to the same place writes the same.
  const path = join(dirname(target), `.${basename(target).slice(0, 150)}.${wanted.sha256.slice(0, 16)}.part`);
  let part = await readPart(path, wanted.size);
  for (let isWhole = part.size === wanted.size && part.size > 0; !isWhole; ) {
    const before = part.size;
    const { start, stream } = await files.read(wanted, before, options);
    if (start === 0) part = { size: 0, hash: createHash("sha256") };
    try {
      await append(path, part, stream, onProgress);
      isWhole = true;
    } catch (error) {
      const goesOn = error instanceof RegistryError && error.kind === "unreachable" && part.size > before;
      if (!goesOn) throw error;
    }
  }
  if (part.hash.digest("hex") !== wanted.sha256) {
    await rm(path, { force: true });
    const sentence = `${wanted.path} did not come as the build made it: its SHA-256 is not ${wanted.sha256}; nothing was kept of it`;
    throw new RegistryError("invalid_response", sentence, { code: "file_differs" });
  }
  await keep(path, target);
  return { wasThere: false };
}

type Part = { size: number; hash: Hash };

/** What is there of an earlier attempt. */
async function readPart(path: string, most: number): Promise<Part> {
  const hash = createHash("sha256");
  const found = await lstat(path).catch(() => undefined);
  // In a directory for everybody, somebody else could put a link there, or a file to be changed after it was verified.
  const isOurs = found?.isFile() && (process.platform === "win32" || found.uid === process.geteuid?.());
  if (!found || !isOurs || found.size > most) {
    await rm(path, { force: true });
    return { size: 0, hash };
  }
  await pipeline(createReadStream(path), hash, { end: false });
  return { size: found.size, hash };
}

/** Writes what comes after what is there; of a stream that breaks off, all that has come. */
async function append(
  path: string,
  part: Part,
  stream: AsyncIterable<Buffer>,
  onProgress: SaveOptions["onProgress"],
): Promise<void> {
  const file = await open(path, part.size === 0 ? "w" : "r+", 0o600);
  let chunks: Buffer[] = [];
  let [gathered, position] = [0, part.size];
  let writing = Promise.resolve();
  const write = async (some: Buffer[], size: number, at: number): Promise<void> => {
    const { bytesWritten } = await file.writev(some, at);
    if (bytesWritten < size) throw new Error(`${path} took only a part of what came; its disk may be full`);
    // The garbage collector would take longer than all the rest.
    for (const { buffer, byteLength } of some) if (buffer.byteLength === byteLength) free(buffer);
    part.size = at + size;
    onProgress?.(part.size);
  };
  /** Begins to write what was gathered, once what was before it is written; more may come meanwhile. */
  const flush = async (): Promise<void> => {
    const [some, size, at] = [chunks, gathered, position];
    [chunks, gathered, position] = [[], 0, at + size];
    for (const chunk of some) part.hash.update(chunk);
    await writing;
    if (size > 0) writing = write(some, size, at);
    writing.catch(() => undefined);
  };
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      gathered += chunk.length;
      if (gathered >= WRITTEN_AT_ONCE) await flush();
    }
  } finally {
    await flush()
      .then(() => writing)
      .finally(() => file.close());
  }
}

function free(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer) memory.transfer(0);
}

async function keep(partial: string, target: string): Promise<void> {
  const file = await open(partial, "r+");
  await file.sync().finally(() => file.close());
  await rename(partial, target);
  if (process.platform === "win32") return;
  const directory = await open(dirname(target));
  await directory.sync().finally(() => directory.close());
}
