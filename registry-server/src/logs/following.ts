import { isUtf8 } from "node:buffer";
import type { StreamedEvent } from "../http/event-stream.ts";

/** Readers that are behind look for themselves, and each look holds a window of the log. */
const mostLooks = 16;

/** What is at a place in a log: an event and how many bytes of the log it carries, or nothing yet. */
export type Look = { size: number; event?: StreamedEvent; ended: boolean };

/**
 * One log that any number of readers follow. Whoever waits at the same place shares one look into the database, and
 * one event.
 */
export class Followed {
  /** The log, as soon as there is one: another of the same name is another log. */
  logId: number | undefined;
  /** Grows with each change: one that came during a look is not waited for. */
  changes = 0;
  readonly #waiting = new Set<() => void>();
  readonly #looks = new Map<number, Promise<Look>>();
  readonly #release: () => void;
  #followers = 0;

  constructor(logId: number | undefined, release: () => void) {
    this.logId = logId;
    this.#release = release;
  }

  join(): this {
    this.#followers++;
    return this;
  }

  leave(): void {
    if (--this.#followers === 0) this.#release();
  }

  /** What is at a place; read when nobody has looked there since the last change. */
  look(at: number, read: () => Promise<Look>): Promise<Look> {
    const look = this.#looks.get(at) ?? read();
    this.#looks.set(at, look);
    if (this.#looks.size > mostLooks) this.#looks.delete(this.#looks.keys().next().value ?? at);
    return look;
  }

  /** Waits for the next change, or until nobody reads any more. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.#waiting.add(wake);
    });
  }

  readonly changed = (): void => {
    this.changes++;
    this.#looks.clear();
    for (const wake of this.#waiting) wake();
  };
}

/** Text (ANSI escapes are text) as it is, so that people can read it; other bytes in base64. */
export function eventOf(offset: number, bytes: Buffer): Look {
  const content = isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString("base64") };
  const event = { id: String(offset + bytes.length), data: JSON.stringify({ offset, ...content }) };
  return { size: bytes.length, event, ended: false };
}

/** Nothing more comes. */
export function endOf(offset: number): Look {
  const event = { id: String(offset), event: "end", data: JSON.stringify({ offset }) };
  return { size: 0, event, ended: true };
}

/** Leaves out a character at the end of which a part is missing. */
export function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}
