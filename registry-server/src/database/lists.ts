import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
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
