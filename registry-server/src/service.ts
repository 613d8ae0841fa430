import type { Database } from "./database/database.ts";
import type { Caller, Clock, Unit } from "./unit.ts";

/** What the services of the registry have in common: where data is, what time it is, and how something is changed. */
export class Service {
  protected readonly database: Database;
  protected readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  protected now(): string {
    return this.clock().toISOString();
  }

  /** Runs work that changes something: in one transaction, at one moment, because of one caller. */
  protected write<T>(caller: Caller, work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.database.write((tx) => work({ tx, now: this.now(), caller }));
  }
}
