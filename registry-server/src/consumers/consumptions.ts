import type { Database } from "../database/database.ts";
import type { Clock } from "../unit.ts";
import { printableStart } from "./reader.ts";
import { addConsumptions, type Consumption } from "./store.ts";

/** So many different entries are written at once, before their turn. */
export const flushAt = 1_000;
/** While the database takes nothing, no more are kept; who is new then is not recorded. */
const mostKept = 10_000;
const longestClient = 128;

export type ConsumptionLog = { warn(fields: object, message: string): void };

/**
 * Remembers who resolves what, and writes it down later and together, so that resolving never waits for a write.
 *
 * A server that ends in order writes what it remembers first. One that is killed loses what it has not written: what
 * was resolved through it in the last seconds.
 */
export class Consumptions {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: ConsumptionLog;
  #kept = new Map<string, Consumption>();
  #dropped = 0;
  #moment = { time: -1, text: "" };
  #writing: Promise<void> | undefined;

  constructor(database: Database, clock: Clock, log: ConsumptionLog) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Notes that somebody resolved a version; neither waits nor fails.
   *
   * @param consumer as `readerOf` gives it
   * @param client the User-Agent
   */
  record(versionId: number, consumer: string, client: string | undefined): void {
    const now = this.#now();
    const program = printableStart(client ?? "", longestClient);
    const key = `${versionId} ${consumer}\n${program}`;
    const known = this.#kept.get(key);
    if (known) {
      known.count++;
      known.lastAt = now;
      return;
    }
    if (this.#kept.size >= mostKept) {
      this.#dropped++;
      return;
    }
    this.#kept.set(key, { versionId, consumer, client: program, firstAt: now, lastAt: now, count: 1 });
    if (this.#kept.size >= flushAt && !this.#writing) {
      this.flush().catch((error: unknown) => {
        this.#log.warn({ err: error }, "who resolved what could not be written yet");
      });
    }
  }

  /** The moment as text; many readers come within one millisecond. */
  #now(): string {
    const at = this.#clock();
    if (at.getTime() !== this.#moment.time) this.#moment = { time: at.getTime(), text: at.toISOString() };
    return this.#moment.text;
  }

  /** Writes down what is remembered. When that fails it is kept for the next time. */
  async flush(): Promise<void> {
    // One at a time: a second flush would find what the first has not written yet gone.
    while (this.#writing) await this.#writing.catch(() => {});
    if (this.#kept.size === 0) return;
    this.#writing = this.#write();
    try {
      await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(): Promise<void> {
    const taken = this.#kept;
    this.#kept = new Map();
    const sorted = [...taken].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, consumption]) => consumption);
    try {
      await this.#database.write((tx) => addConsumptions(tx, sorted));
    } catch (error) {
      this.#takeBack(taken);
      throw error;
    }
    if (this.#dropped > 0) {
      this.#log.warn({ count: this.#dropped }, "so many consumers came at once that some were not recorded");
      this.#dropped = 0;
    }
  }

  #takeBack(taken: Map<string, Consumption>): void {
    for (const [key, newer] of this.#kept) {
      const older = taken.get(key);
      if (older) taken.set(key, { ...newer, firstAt: older.firstAt, count: older.count + newer.count });
      else if (taken.size < mostKept) taken.set(key, newer);
      else this.#dropped += newer.count;
    }
    this.#kept = taken;
  }
}
