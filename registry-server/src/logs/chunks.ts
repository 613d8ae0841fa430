/**
 * How the bytes of a log lie in the database: in chunks, each compressed.
 *
 * What is appended becomes a chunk of its own, so that an append writes little more than what came. When these loose
 * chunks have become many, or large enough to compress well, they are made one. So a log of many small appends takes
 * the room of one that came at once, and reading from any offset reads few chunks.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import type { Reader, Writer } from "../database/database.ts";
import { markOf } from "./rules.ts";
import { insertChunk, type LogRow, listChunks, removeChunks } from "./store.ts";

/** Large enough to compress well; what is read from an offset unpacks little more than that. */
const packedBytes = 64 * 1024;
/** Readers get this much at a time: a thousand of them at once must be no burden. */
const windowBytes = 64 * 1024;
/** So many loose chunks are read, and made one, at a time. */
const mostLoose = 64;

/** How a log lies after something was stored. */
export type Layout = Pick<LogRow, "size" | "packed" | "loose">;

/** Stores bytes at the end of a log that this transaction has locked. */
export async function storeBytes(tx: Writer, log: LogRow, bytes: Buffer): Promise<Layout> {
  const size = log.size + bytes.length;
  if (log.loose + 1 < mostLoose && size - log.packed < packedBytes) {
    await insertChunk(tx, log.id, { start: log.size, size: bytes.length, content: gzipSync(bytes) });
    return { size, packed: log.packed, loose: log.loose + 1 };
  }
  const together = Buffer.concat([await readBytes(tx, log.id, log.packed, log.size), bytes]);
  if (log.loose > 0) await removeChunks(tx, log.id, log.packed);
  const chunk = { start: log.packed, size: together.length, content: gzipSync(together) };
  await insertChunk(tx, log.id, chunk);
  if (together.length < packedBytes) return { size, packed: log.packed, loose: 1 };
  return { size, packed: size, loose: 0 };
}

/** The bytes of a log from `start` up to `end`, which must be there. */
export async function readBytes(db: Reader, logId: number, start: number, end: number): Promise<Buffer> {
  const bytes = await unpackFrom(db, logId, start, end);
  if (bytes.length < end - start) throw new LogGone();
  return bytes.subarray(0, end - start);
}

/** The bytes of a log from `start` on, of all chunks that begin before `end`. */
async function unpackFrom(db: Reader, logId: number, start: number, end: number): Promise<Buffer> {
  if (start >= end) return Buffer.alloc(0);
  const chunks = await listChunks(db, logId, start, end);
  const [first] = chunks;
  const bytes = Buffer.concat(chunks.map((chunk) => gunzipSync(chunk.content)));
  return bytes.subarray(start - (first?.start ?? start));
}

/** How many bytes readers of a log see: what is kept, and the line that says that it was cut. */
export function readableSize(log: LogRow): number {
  return log.size + markOf(log).length;
}

/** What readers see of a log from `start` on, up to `end`: as many chunks as there are in a window, or the mark. */
export async function readWindow(db: Reader, log: LogRow, start: number, end: number): Promise<Buffer> {
  if (start >= log.size) return markOf(log).subarray(start - log.size, end - log.size);
  const bytes = await unpackFrom(db, log.id, start, Math.min(start + windowBytes, log.size));
  if (bytes.length === 0) throw new LogGone();
  return bytes.subarray(0, Math.min(end, log.size) - start);
}

/** The log was deleted while it was read. */
export class LogGone extends Error {}
