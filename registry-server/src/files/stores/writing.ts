import { type FileHandle, open } from "node:fs/promises";
import { giveBack } from "../../http/giving-back.ts";

/** How much is written at once; as much again is gathered meanwhile. */
const writtenAtOnce = 1024 * 1024;

/**
 * Writes a new file, readable by its owner only, that survives a loss of power once this returns.
 *
 * @param takesChunks gives the memory of chunks back as soon as they are written: waiting for the garbage collector
 *   costs more than all the rest
 * @returns how many bytes it has
 */
export async function writeSynced(
  path: string,
  content: AsyncIterable<Uint8Array>,
  takesChunks = false,
): Promise<number> {
  const file = await open(path, "wx", 0o600);
  let size = 0;
  let gathered: Uint8Array[] = [];
  let gatheredSize = 0;
  let writing = Promise.resolve();
  const write = async (chunks: Uint8Array[], count: number): Promise<void> => {
    await writeAll(file, chunks, count);
    if (takesChunks) for (const chunk of chunks) giveBack(chunk);
  };
  try {
    for await (const chunk of content) {
      gathered.push(chunk);
      gatheredSize += chunk.byteLength;
      if (gatheredSize < writtenAtOnce) continue;
      await writing;
      writing = write(gathered, gatheredSize);
      // Awaited before the next one; until then it is not unhandled.
      writing.catch(() => undefined);
      size += gatheredSize;
      [gathered, gatheredSize] = [[], 0];
    }
    await writing;
    await write(gathered, gatheredSize);
    await file.sync();
    return size + gatheredSize;
  } finally {
    await writing.catch(() => undefined);
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[], size: number): Promise<void> {
  if (size === 0) return;
  let { bytesWritten } = await file.writev(chunks);
  // A disk that is nearly full takes a part, and says so only when it is asked again.
  const rest = bytesWritten < size ? Buffer.concat(chunks) : undefined;
  while (rest && bytesWritten < size) {
    bytesWritten += (await file.write(rest, bytesWritten)).bytesWritten;
  }
}
