import { type Expression, type ReferenceExpression, type SqlBool, sql } from "kysely";
import type { Tables } from "../database/schema.ts";
import type { Actor } from "./scopes.ts";

/**
 * A condition that holds for the artifacts an actor may read, so that lists leave out the others before they are cut
 * into pages.
 *
 * @param column the path (`namespace/artifact`) of the artifact
 */
export function readableBy(
  actor: Actor,
  column: ReferenceExpression<Tables, keyof Tables> & string = "artifacts.path",
): Expression<SqlBool> {
  const patterns = [...new Set(actor.scopes.map((held) => held.namespace))];
  if (patterns.includes("*")) return sql<SqlBool>`1 = 1`;
  const ranges = patterns.map((pattern) => {
    // Names are of a-z, 0-9, dot, underscore and hyphen: "~" is above them all, and "0" is next after "/".
    const [from, to] = pattern.endsWith("*")
      ? [pattern.slice(0, -1), `${pattern.slice(0, -1)}~`]
      : [`${pattern}/`, `${pattern}0`];
    return sql`(${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${to})`;
  });
  return ranges.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`(${sql.join(ranges, sql` or `)})`;
}
