import { type Kysely, PostgresAdapter } from "kysely";
import type { Tables } from "./schema.ts";

/** What the store code has to know about the database it speaks to: every difference is here, with its reason. */
export type Dialect = {
  readonly name: "sqlite" | "postgres";
  /** SQLite has one writer at a time (BEGIN IMMEDIATE), so a row needs no lock of its own. */
  readonly rowLocks: boolean;
};

const sqlite: Dialect = { name: "sqlite", rowLocks: false };
const postgres: Dialect = { name: "postgres", rowLocks: true };

/** The dialect of a connection or a transaction. */
export function dialectOf(db: Kysely<Tables>): Dialect {
  return db.getExecutor().adapter instanceof PostgresAdapter ? postgres : sqlite;
}
