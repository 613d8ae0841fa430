import type BetterSqlite3 from "better-sqlite3";
import type { Kysely } from "kysely";
import type { Writer } from "./database.ts";
import type { Tables } from "./schema.ts";

/** Beyond this the disk is asked so rarely already that a larger group would only make its first writer wait. */
const mostTogether = 32;

type Waiting = { work: (tx: Writer) => Promise<unknown>; settle(outcome: Outcome): void };
type Outcome = { tx: Writer; result: unknown } | { error: unknown };
type Member = { settle: Waiting["settle"]; outcome?: Outcome };

/**
 * Group commit: writers that wait at the same time share one transaction, so that the disk is asked once for all of
 * them to keep what they wrote. Each runs in a savepoint of its own, after the one before it, and still fails alone.
 * None hears how it went before the transaction has ended: what one saw of another is then true, or both have failed.
 */
export class Grouping {
  readonly #db: Kysely<Tables>;
  readonly #connection: BetterSqlite3.Database;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  /** @param db over `connection`, with transactions that are begun as writing ones */
  constructor(db: Kysely<Tables>, connection: BetterSqlite3.Database) {
    this.#db = db;
    this.#connection = connection;
  }

  /** Runs work in a transaction; resolves when that is committed, with what it was given as `tx`. */
  write<T>(work: (tx: Writer) => Promise<T>): Promise<{ tx: Writer; result: T }> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if ("error" in outcome) reject(outcome.error);
        else resolve(outcome as { tx: Writer; result: T });
      };
      this.#waiting.push({ work, settle });
      if (this.#isRunning) return;
      this.#isRunning = true;
      // Those who arrived in the same turn of the event loop come along.
      setImmediate(() => this.#runAll());
    });
  }

  async #runAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runGroup();
    this.#isRunning = false;
  }

  async #runGroup(): Promise<void> {
    const members: Member[] = [];
    try {
      const together = await this.#db.startTransaction().execute();
      try {
        while (members.length < mostTogether) {
          const next = this.#waiting.shift();
          if (!next) break;
          const member: Member = { settle: next.settle };
          members.push(member);
          member.outcome = await this.#runAlone(together.withoutPlugins(), next.work);
          // Reads go on between two writers, and more writers may arrive.
          await new Promise((resolve) => setImmediate(resolve));
        }
        await together.commit().execute();
      } catch (error) {
        // Gives the connection back, also where SQLite has rolled back by itself and there is nothing left to do so.
        await together
          .rollback()
          .execute()
          .catch(() => {});
        throw error;
      }
    } catch (error) {
      // When it could not even begin, that is the answer to the first.
      const failed = members.length > 0 ? members : this.#waiting.splice(0, 1);
      for (const { settle } of failed) settle({ error });
      return;
    }
    for (const { settle, outcome } of members) if (outcome) settle(outcome);
  }

  /** @throws when SQLite has given up the whole transaction, as it does when the disk is full */
  async #runAlone(tx: Writer, work: Waiting["work"]): Promise<Outcome> {
    this.#connection.exec("savepoint writer");
    try {
      const result = await work(tx);
      this.#connection.exec("release writer");
      return { tx, result };
    } catch (error) {
      if (!this.#connection.inTransaction) throw error;
      this.#connection.exec("rollback to writer; release writer");
      return { error };
    }
  }
}
