import { open } from "node:fs/promises";
import type { Range } from "../../http/streaming.ts";

/** How much of each download is read at once; one piece is read ahead. */
const readAtOnce = 512 * 1024;

/** Reads a file, or a range of it, piece by piece as it is asked for; closes it at the end, or when it is cancelled. */
export async function readPieces(
  path: string,
  range: Range | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const file = await open(path);
  const end = range ? range.end + 1 : (await file.stat()).size;
  let position = range?.start ?? 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (position < end) {
          const piece = Buffer.allocUnsafeSlow(Math.min(readAtOnce, end - position));
          const { bytesRead } = await file.read(piece, 0, piece.length, position);
          if (bytesRead === 0) throw new Error(`${path} ends at ${position} instead of ${end} bytes`);
          position += bytesRead;
          controller.enqueue(piece.subarray(0, bytesRead));
        }
        if (position < end) return;
        await file.close();
        controller.close();
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    cancel: () => file.close(),
  });
}
