/** Following events as they happen: one read of the database wakes everybody who follows through this server. */
import type { Database } from "../database/database.ts";
import type { Actor } from "../tokens/scopes.ts";
import { type EventFilter, matches } from "./filter.ts";
import {
  type EventRow,
  type Followed,
  lastPosition,
  type Position,
  positionOf,
  readAfter,
} from "./reading.ts";
import { eventsTopic } from "./store.ts";

const batch = 500;
/** What is kept for followers that are a little behind; who is further behind reads for itself. */
const mostKept = 1_000;
const mostKeptBytes = 8 * 1024 * 1024;
/** Signals only wake up; should one be lost, this is how late an event is. */
const lookAgainMs = 2_000;
/** While a transaction that began earlier still runs; nothing tells when it ends. */
const unsettledMs = 50;

type Kept = Followed & { bytes: number };

/** The events since the first of those who follow now came. */
class Session {
  /** Read, without a gap, from right after `before` up to `last`. */
  kept: Kept[] = [];
  before: Position;
  last: Position;
  #bytes = 0;
  wake = (): void => {};
  isOver = false;

  constructor(start: Position) {
    this.before = this.last = start;
  }

  /** What is kept after a position; nothing when that lies before what is kept. */
  after(position: Position): Kept[] | undefined {
    if (isBefore(position, this.before)) return undefined;
    const from = this.kept.findLastIndex((one) => !isBefore(position, one.position)) + 1;
    return this.kept.slice(from);
  }

  add({ position, event }: Followed): void {
    const bytes = JSON.stringify(event.detail).length;
    this.kept.push({ position, event, bytes });
    this.#bytes += bytes;
    this.last = position;
    while (this.kept.length > mostKept || this.#bytes > mostKeptBytes) {
      const first = this.kept.shift();
      this.#bytes -= first?.bytes ?? 0;
      this.before = first?.position ?? this.last;
    }
  }
}

export class EventTail {
  readonly #database: Database;
  #session: Promise<Session> | undefined;
  #followers = 0;
  readonly #waiting = new Set<() => void>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The events after one, for as long as the signal lets; each once, in the order in which they became certain.
   *
   * @param wanted.after the id of an event, or 0
   */
  async *follow(
    { filter, reader, after }: { filter: EventFilter; reader: Actor; after: number },
    signal: AbortSignal,
  ): AsyncGenerator<EventRow> {
    const { reads } = this.#database;
    this.#followers++;
    try {
      let position = await positionOf(reads, after);
      const session = await this.#join();
      while (!signal.aborted) {
        const kept = session.after(position);
        if (kept?.length === 0) await this.#change(signal);
        for (const one of kept ?? []) {
          position = one.position;
          if (matches(one.event, filter, reader)) yield one.event;
        }
        if (kept) continue;
        const range = { after: position, until: session.last, limit: batch };
        const { events } = await readAfter(reads, range, { filter, reader });
        position = (events.length === batch && events.at(-1)?.position) || range.until;
        for (const { event } of events) yield event;
      }
    } finally {
      if (--this.#followers === 0) this.#leave();
    }
  }

  #join(): Promise<Session> {
    this.#session ??= lastPosition(this.#database.reads).then(
      (start) => {
        const session = new Session(start);
        void this.#run(session);
        return session;
      },
      (error: unknown) => {
        this.#session = undefined;
        throw error;
      },
    );
    return this.#session;
  }

  #leave(): void {
    void this.#session?.then((session) => {
      session.isOver = true;
      session.wake();
    });
    this.#session = undefined;
  }

  /** Reads for as long as somebody follows. */
  async #run(session: Session): Promise<void> {
    let isWoken = false;
    const stop = this.#database.onSignal(eventsTopic, () => {
      isWoken = true;
      session.wake();
    });
    let looks = 0;
    while (!session.isOver) {
      isWoken = false;
      const { count, isUnsettled } = await this.#read(session);
      looks = count > 0 ? 0 : looks + 1;
      if (isWoken || count === batch || session.isOver) continue;
      const waitMs = isUnsettled
        ? Math.min(lookAgainMs, unsettledMs * 2 ** Math.min(looks, 10))
        : lookAgainMs;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs).unref();
        session.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    stop();
  }

  async #read(session: Session): Promise<{ count: number; isUnsettled: boolean }> {
    const range = { after: session.last, limit: batch };
    // A database that does not answer now is asked again: who follows waits.
    const read = await readAfter(this.#database.reads, range).catch(() => undefined);
    for (const one of read?.events ?? []) session.add(one);
    if (read && read.events.length > 0) for (const wake of this.#waiting) wake();
    return { count: read?.events.length ?? 0, isUnsettled: read?.isUnsettled ?? false };
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}

function isBefore(a: Position, b: Position): boolean {
  const [first, second] = [BigInt(a.xid), BigInt(b.xid)];
  return first < second || (first === second && a.id < b.id);
}
