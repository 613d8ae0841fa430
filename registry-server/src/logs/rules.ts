import { Problem } from "../http/problem.ts";
import type { LogRow } from "./store.ts";

/** What comes of bytes that somebody sends for a place in a log. */
export type Appending = {
  /** How many of them the log should have already. */
  known: number;
  /** Those that are new and kept. */
  fresh: Buffer;
  /** Whether some are new and not kept: the log is full. */
  cut: boolean;
};

/**
 * Decides what to do with bytes for an offset: those that the log has are compared, the rest is added, up to the size
 * that a log may have. Whoever sends them again, in other pieces or from an earlier offset, gets the same log.
 *
 * @param most how many bytes a log may have
 * @throws Problem `log_gap` when there would be a hole, `log_ended` when they are new to a log that has ended
 */
export function decideAppend(
  log: Pick<LogRow, "build" | "size" | "cut" | "ended_at">,
  offset: number,
  bytes: Buffer,
  most: number,
): Appending {
  const isCut = log.cut === 1;
  if (offset > log.size && !isCut) {
    const detail = `The log of the build "${log.build}" has ${log.size} bytes, so the next ones go to offset ${log.size}, not ${offset}. Send what is missing first.`;
    throw new Problem("log_gap", detail, { offset: log.size });
  }
  const known = Math.max(0, Math.min(bytes.length, log.size - offset));
  const unknown = bytes.subarray(known);
  const fresh = unknown.subarray(0, isCut ? 0 : Math.max(0, most - log.size));
  if (fresh.length > 0 && log.ended_at !== null) {
    const detail = `The log of the build "${log.build}" ended with ${log.size} bytes. Delete it to write another one.`;
    throw new Problem("log_ended", detail, { offset: log.size });
  }
  return { known, fresh, cut: isCut || fresh.length < unknown.length };
}

/** @throws Problem `log_differs` when bytes that were sent again are not those that the log has at this offset */
export function checkSame(log: Pick<LogRow, "build">, offset: number, stored: Buffer, sent: Buffer): void {
  if (stored.equals(sent)) return;
  const at = offset + stored.findIndex((byte, index) => byte !== sent[index]);
  const detail = `The log of the build "${log.build}" has other bytes at offset ${at}: this is another log. Delete the earlier one to write this one.`;
  throw new Problem("log_differs", detail, { offset: at });
}

/**
 * What readers see where a log was cut; it is no part of what was sent. The colours that were set there end with it.
 *
 * @returns nothing when the log is whole
 */
export function markOf({ cut, size }: Pick<LogRow, "cut" | "size">): Buffer {
  if (cut === 0) return Buffer.alloc(0);
  return Buffer.from(`\n\x1b[0m=== waybill: the log went on, but is cut here after ${size} bytes ===\n`);
}
