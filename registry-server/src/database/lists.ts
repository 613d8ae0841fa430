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

/** In the text of a statement: a plan that was made while the tables were small would not do for large ones. */
export const planAnew = "/* plan anew */";

/**
 * Rows to join with, as a table: one value of the query, however many there are.
 *
 * @param columns their names and types
 * @example
 * sql`select ... from ${rowsOf(db, "asked", { path: "text" }, [{ path: "a/b" }])} join ...`
 */
export function rowsOf<C extends string>(
  db: Kysely<Tables>,
  name: string,
  columns: Record<C, "text" | "bigint">,
  rows: readonly Record<C, string | number>[],
): RawBuilder<Record<C, unknown>> {
  const json = JSON.stringify(rows);
  const entries = Object.entries(columns) as [C, string][];
  if (dialectOf(db).lists === "array") {
    const shape = entries.map(([column, type]) => `${column} ${type}`).join(", ");
    // How many there are decides how to look them up, and PostgreSQL knows it by the limit alone.
    const few = sql.raw(`limit ${rows.length} ${planAnew}`);
    return sql`(select * from jsonb_to_recordset(${json}) as ${sql.raw(`row_of (${shape})`)} ${few}) as ${sql.raw(name)}`;
  }
  const values = entries.map(([column]) => `value ->> '${column}' as ${column}`).join(", ");
  return sql`(select ${sql.raw(values)} from json_each(${json})) as ${sql.raw(name)}`;
}

/**
 * The rows of a query as one value of another, for `readJson`; the columns must be named, and moments are not made equal
 * on both databases.
 */
export function rowsAsJson<O>(db: Kysely<Tables>, rows: Expression<O>): RawBuilder<O[]> {
  const isPostgres = dialectOf(db).lists === "array";
  return (isPostgres ? jsonArrayOfPostgres<O>(rows) : jsonArrayOfSqlite(rows as never)) as RawBuilder<O[]>;
}
