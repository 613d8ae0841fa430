/** Files of this machine as uploads, and downloads as files of this machine. Loaded only by whoever moves files. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Source } from "./files.ts";

const READ_AT_ONCE = 1024 * 1024;

type Described = { size: number; sha256: string };

/** How many bytes a file has and what their SHA-256 is; reads all of it. */
export async function describeFile(path: string): Promise<Described> {
  const hash = createHash("sha256");
  const content = createReadStream(path, { highWaterMark: READ_AT_ONCE });
  await pipeline(content, hash);
  return { size: content.bytesRead, sha256: hash.digest("hex") };
}

/**
 * A file as {@link Files.upload} takes it.
 *
 * @param described what {@link describeFile} found
 * @param onProgress told how many bytes were read so far; goes back to nothing when the upload begins again
 */
export function fileSource(path: string, described: Described, onProgress?: (sent: number) => void): Source {
  const { size, sha256 } = described;
  return {
    size,
    sha256,
    mediaType: "application/octet-stream",
    open() {
      // No more than was described: a file that grew would be another message than its length says.
      const content = createReadStream(path, {
        highWaterMark: READ_AT_ONCE,
        start: 0,
        end: Math.max(0, size - 1),
      });
      if (onProgress) content.on("data", () => onProgress(content.bytesRead));
      return content;
    },
  };
}

/** Whether a file has a size and a SHA-256; false when there is none, or when it cannot be read. */
export async function isFile(path: string, { size, sha256 }: Described): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size !== size) return false;
  return describeFile(path).then(
    (described) => described.sha256 === sha256,
    () => false,
  );
}
