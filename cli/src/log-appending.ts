import { once } from "node:events";
import { createReadStream } from "node:fs";
import { type Log, RegistryError } from "@waybill/registry-client";
import { UsageError } from "./failures.ts";
import { LogSender, type LogTarget, SENT_AT_ONCE } from "./log-sender.ts";
import type { Output } from "./output.ts";

/** Appends a file, piece by piece. */
export async function appendFile(path: string, { offset: start, ends, send }: LogTarget): Promise<Log> {
  let offset = start;
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: SENT_AT_ONCE })) {
      await send({ offset, bytes });
      offset += bytes.length;
    }
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  return send({ offset, bytes: new Uint8Array(), ended: ends });
}

/**
 * Appends what comes, while it comes, and passes it on to stdout. A build is never kept waiting for its log: once the
 * registry refuses it, the rest is only passed on.
 *
 * @throws {RegistryError} after all input was passed on, when not all of it was sent
 */
export async function appendInput(
  input: AsyncIterable<Buffer>,
  target: LogTarget,
  output: Output,
): Promise<Log> {
  const sender = new LogSender(target);
  let isSending = true;
  sender.sent.catch((error) => {
    isSending = false;
    const rest = "the rest is only passed on; send it from a file later, which goes on where this ends";
    output.warning(`the log is not sent any more: ${error.message}; ${rest}`);
  });
  for await (const bytes of input) {
    if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
    if (isSending) sender.push(bytes);
  }
  return sender.end();
}
