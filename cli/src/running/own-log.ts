import { closeSync, openSync, writeSync } from "node:fs";
import { UsageError } from "../failures.ts";
import type { LogReader } from "./log-files.ts";

/** Packer leaves these out of what it writes to stderr: they are on stdout already. */
const PRINTED = /ui( error)?:/;
const STDERR = 2;

/**
 * Where the log of Packer goes by the wish of whoever runs it, as Packer would have written it: to the file
 * PACKER_LOG_PATH, or, where only PACKER_LOG is set, to stderr without what was printed.
 *
 * @returns nothing when nobody wishes for it
 * @throws {UsageError} when that file cannot be written
 */
export function ownLog({ PACKER_LOG, PACKER_LOG_PATH: path }: NodeJS.ProcessEnv): LogReader | undefined {
  if (path) return toFile(path);
  return PACKER_LOG && PACKER_LOG !== "0" ? toStderr() : undefined;
}

function toFile(path: string): LogReader {
  let file: number;
  try {
    file = openSync(path, "w", 0o666);
  } catch (error) {
    throw new UsageError(`PACKER_LOG_PATH cannot be written: ${(error as Error).message}`);
  }
  return { feed: (bytes) => writeAll(file, bytes), end: () => closeSync(file) };
}

function toStderr(): LogReader {
  let rest = "";
  const write = (lines: string[]) => {
    const kept = lines.filter((line) => !PRINTED.test(line)).map((line) => `${line}\n`);
    writeAll(STDERR, Buffer.from(kept.join(""), "latin1"));
  };
  return {
    feed(bytes) {
      const lines = (rest + bytes.toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      write(lines);
    },
    end() {
      if (rest) write([rest]);
    },
  };
}

/** A full disk, or a reader that is gone, must not cost the build. */
function writeAll(file: number, bytes: Buffer): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  } catch {
    // Packer goes on without it, too.
  }
}
