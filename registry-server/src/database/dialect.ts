import { type Kysely, PostgresAdapter } from "kysely";
import type { Tables } from "./schema.ts";

/** What the store code has to know about the database it speaks to: every difference is here, with its reason. */
export type Dialect = {
  readonly name: "sqlite" | "postgres";
  /** SQLite has one writer at a time (BEGIN IMMEDIATE), so a row needs no lock of its own. */
  readonly rowLocks: boolean;
  /** How many ids go into a query as one value, so that its text is always the same: SQLite has no arrays. */
  readonly lists: "json" | "array";
};

const sqlite: Dialect = { name: "sqlite", rowLocks: false, lists: "json" };
const postgres: Dialect = { name: "postgres", rowLocks: true, lists: "array" };

/** The dialect of a connection or a transaction. */
export function dialectOf(db: Kysely<Tables>): Dialect {
  return db.getExecutor().adapter instanceof PostgresAdapter ? postgres : sqlite;
}
