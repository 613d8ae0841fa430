import type { Database } from "../database/database.ts";
import type { Clock } from "../unit.ts";
import { setLastUsed } from "./store.ts";

/** Remembers when tokens were used, and writes it down later and together, so that no request waits for a write. */
export class LastUses {
  readonly #database: Database;
  readonly #clock: Clock;
  #used = new Map<number, number>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes that a token was used now. */
  note(id: number): void {
    this.#used.set(id, this.#clock().getTime());
  }

  /** Writes down what is remembered; what cannot be written is forgotten, as the next use says more. */
  async flush(): Promise<void> {
    if (this.#used.size === 0) return;
    // In one order for everybody: servers that write the same rows then wait for each other instead of deadlocking.
    const used = [...this.#used].sort(([a], [b]) => a - b);
    this.#used = new Map();
    await this.#database.write(async (tx) => {
      for (const [id, at] of used) await setLastUsed(tx, id, new Date(at).toISOString());
    });
  }
}
