import { setTimeout as delay } from "node:timers/promises";
import { type Log, RegistryError } from "@waybill/registry-client";

/** Where a log is written to. */
export type LogTarget = {
  /** Where the first bytes go. */
  offset: number;
  /** Whether the log ends with what is appended. */
  ends: boolean;
  send(piece: { offset: number; bytes: Uint8Array; ended?: boolean }): Promise<Log>;
};

export const SENT_AT_ONCE = 1024 * 1024;
/** Lines that come one by one go together, and still show up at once. */
const PAUSE_MS = 200;
const PAUSE_WHEN_AWAY_MS = 2_000;
/** Waits in memory while the registry is away; as much as a registry keeps of a log unless told otherwise. */
const MOST_WAITING = 64 * SENT_AT_ONCE;

/**
 * Sends a log while it comes. Whoever writes it is never kept waiting: while the registry is away it waits in memory,
 * up to what a registry keeps of a log.
 */
export class LogSender {
  /** Settles when the whole log is sent, or not all of it can be: {@link rest} is what was not. */
  readonly sent: Promise<Log>;
  readonly #target: LogTarget;
  #offset: number;
  #waiting: Buffer[] = [];
  #size = 0;
  #hasEnded = false;
  readonly #ending = new AbortController();
  #wake: () => void = () => undefined;

  constructor(target: LogTarget) {
    this.#target = target;
    this.#offset = target.offset;
    this.sent = this.#sendAll();
    this.sent.catch(() => undefined);
  }

  push(bytes: Buffer): void {
    if (this.#size > MOST_WAITING) return;
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    this.#wake();
  }

  /**
   * Nothing more comes.
   *
   * @throws {RegistryError} when not all of it was sent
   */
  end(): Promise<Log> {
    this.#hasEnded = true;
    this.#ending.abort();
    this.#wake();
    return this.sent;
  }

  /** What has not been sent, and where it goes. */
  get rest(): { offset: number; bytes: Buffer } {
    return { offset: this.#offset, bytes: Buffer.concat(this.#waiting) };
  }

  async #sendAll(): Promise<Log> {
    for (;;) {
      if (this.#size === 0 && !this.#hasEnded) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      const bytes = this.#next();
      const isLast = this.#hasEnded && bytes.length === this.#size;
      try {
        const log = await this.#target.send({
          offset: this.#offset,
          bytes,
          ended: isLast && this.#target.ends,
        });
        this.#sentSome(bytes.length);
        if (isLast) return log;
        if (!this.#hasEnded) await this.#pause(PAUSE_MS);
      } catch (error) {
        const isAway = error instanceof RegistryError && error.kind === "unreachable";
        if (!isAway || this.#hasEnded || this.#size > MOST_WAITING) throw error;
        await this.#pause(PAUSE_WHEN_AWAY_MS);
      }
    }
  }

  /** What goes next, which is then the beginning of the first that waits; more is not copied together. */
  #next(): Buffer {
    let size = 0;
    const enough = this.#waiting.findIndex((bytes) => {
      size += bytes.length;
      return size >= SENT_AT_ONCE;
    });
    const count = enough < 0 ? this.#waiting.length : enough + 1;
    const [first = Buffer.alloc(0)] = this.#waiting;
    const together = count > 1 ? Buffer.concat(this.#waiting.slice(0, count)) : first;
    this.#waiting.splice(0, count, together);
    return together.subarray(0, SENT_AT_ONCE);
  }

  #sentSome(count: number): void {
    const [first] = this.#waiting;
    if (first?.length === count) this.#waiting.shift();
    else if (first) this.#waiting[0] = first.subarray(count);
    this.#offset += count;
    this.#size -= count;
  }

  /** Not when there is nothing more to come. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }
}
