import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { jsonArrayFrom as jsonArrayOfPostgres } from "kysely/helpers/postgres";
import { jsonArrayFrom as jsonArrayOfSqlite } from "kysely/helpers/sqlite";
import { dialectOf } from "./dialect.ts";
import type { Tables } from "./schema.ts";

/**
 * A condition that holds where a column has one of many ids. They are one value of the query, however many there are:
 * making a text and a plan for each number of them would cost more than the look-ups.
 */
export function isOneOf(db: Kysely<Tables>, column: string, ids: readonly number[]): Expression<SqlBool> {
  return dialectOf(db).lists === "array"
    ? sql<SqlBool>`${sql.ref(column)} = any(${ids}::bigint[])`
    : sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(ids)}))`;
}

/**
 * The rows of a query as one value of another, for `readJson`; the columns must be named, and moments are not made equal
 * on both databases.
 */
export function rowsAsJson<O>(db: Kysely<Tables>, rows: Expression<O>): RawBuilder<O[]> {
  const isPostgres = dialectOf(db).lists === "array";
  return (isPostgres ? jsonArrayOfPostgres<O>(rows) : jsonArrayOfSqlite(rows as never)) as RawBuilder<O[]>;
}
