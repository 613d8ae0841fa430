import { createHash } from "node:crypto";
import { Problem } from "../../http/problem.ts";
import type { Expected } from "./store.ts";

/**
 * Hands bytes on while they come, and fails at their end when they are not those that were expected: a store keeps
 * them only after that.
 *
 * @throws Problem `file_differs`, `body_too_large`
 */
export async function* verified(
  content: AsyncIterable<Uint8Array>,
  { sha256, size, most, beforeKept }: Expected,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let arrived = 0;
  for await (const chunk of content) {
    arrived += chunk.byteLength;
    if (arrived > most) throw new Problem("body_too_large", `The file is larger than ${most} bytes.`);
    hash.update(chunk);
    yield chunk;
  }
  if (size !== undefined && arrived !== size) {
    throw new Problem(
      "file_differs",
      `${arrived} bytes came instead of ${size}. Nothing was stored; send all of them.`,
    );
  }
  const actual = hash.digest("hex");
  if (actual !== sha256) {
    const detail = `The bytes have the SHA-256 ${actual}, not ${sha256}. Nothing was stored; the file may have changed while it was sent.`;
    throw new Problem("file_differs", detail, { sha256: actual });
  }
  await beforeKept?.(arrived);
}
