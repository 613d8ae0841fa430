import type { ServerResponse } from "node:http";

/** More than the head of an answer has, which counts as written as well. */
const headBytes = 64 * 1024;

/** Frees the memory of a chunk that has one of its own. */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/**
 * The bytes of an answer, whose memory is given back when the system has taken them: waiting for the garbage collector
 * costs more than sending them. What the system has taken is what was written to the socket less what still waits
 * there; only this answer is written to it until it ends.
 *
 * @param response nothing where there is no socket of its own: what is encrypted, or waits for an answer before it
 */
export function givingBack(
  bytes: ReadableStream<Uint8Array>,
  response: ServerResponse | undefined,
): ReadableStream<Uint8Array> {
  const socket = response?.socket;
  if (!socket || "encrypted" in socket) return bytes;
  const before = socket.bytesWritten + headBytes;
  const sent: { chunk: Uint8Array; end: number }[] = [];
  const reader = bytes.getReader();
  let total = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const taken = socket.bytesWritten - socket.writableLength - before;
        while (sent[0] && sent[0].end <= taken) giveBack(sent.shift()?.chunk ?? new Uint8Array());
        const { done, value } = await reader.read();
        if (done) return controller.close();
        total += value.byteLength;
        sent.push({ chunk: value, end: total });
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
