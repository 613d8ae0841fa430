import { once } from "node:events";
import { createReadStream } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type Log, RegistryError } from "@waybill/registry-client";
import { UsageError } from "./failures.ts";
import type { Output } from "./output.ts";

/** Where a log is written to. */
export type LogTarget = {
  /** Where the first bytes go. */
  offset: number;
  /** Whether the log ends with what is appended. */
  ends: boolean;
  send(piece: { offset: number; bytes: Uint8Array; ended?: boolean }): Promise<Log>;
};

const SENT_AT_ONCE = 1024 * 1024;
/** Lines that come one by one go together, and still show up at once. */
const PAUSE_MS = 200;
const PAUSE_WHEN_AWAY_MS = 2_000;
/** Waits in memory while the registry is away; as much as a registry keeps of a log unless told otherwise. */
const MOST_WAITING = 64 * SENT_AT_ONCE;

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
 * Appends what comes, while it comes, and passes it on to stdout. A build is never kept waiting for its log: while the
 * registry is away the log waits in memory, and once the registry refuses it, the rest is only passed on.
 *
 * @throws {RegistryError} after all input was passed on, when not all of it was sent
 */
export async function appendInput(
  input: AsyncIterable<Buffer>,
  { offset: start, ends, send }: LogTarget,
  output: Output,
): Promise<Log> {
  let waiting: Buffer[] = [];
  let hasEnded = false;
  let isSending = true;
  let wake: () => void = () => undefined;

  async function sendWaiting(): Promise<Log> {
    for (let offset = start; ; ) {
      if (waiting.length === 0 && !hasEnded) await new Promise<void>((resolve) => (wake = resolve));
      const all = Buffer.concat(waiting);
      const bytes = all.subarray(0, SENT_AT_ONCE);
      const isLast = hasEnded && bytes.length === all.length;
      waiting = bytes.length === all.length ? [] : [all.subarray(bytes.length)];
      try {
        const log = await send({ offset, bytes, ended: isLast && ends });
        if (isLast) return log;
        offset += bytes.length;
        if (!hasEnded) await delay(PAUSE_MS);
      } catch (error) {
        const isAway = error instanceof RegistryError && error.kind === "unreachable";
        if (!isAway || hasEnded || all.length > MOST_WAITING) throw error;
        waiting.unshift(bytes);
        await delay(PAUSE_WHEN_AWAY_MS);
      }
    }
  }

  const sending = sendWaiting().finally(() => {
    isSending = false;
  });
  sending.catch((error) => {
    const rest = "the rest is only passed on; send it from a file later, which goes on where this ends";
    output.warning(`the log is not sent any more: ${error.message}; ${rest}`);
  });
  for await (const bytes of input) {
    if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
    if (isSending) waiting.push(bytes);
    wake();
  }
  hasEnded = true;
  wake();
  return sending;
}
