import { type Expression, type ReferenceExpression, type SqlBool, sql } from "kysely";
import type { Tables, TokenScope } from "../database/schema.ts";
import { type Actor, gives, type Scope } from "./scopes.ts";

/**
 * The paths (`namespace/artifact`) a pattern holds for: from the first text, up to and without the second. Names are of
 * a-z, 0-9, dot, underscore and hyphen, so "~" is above all of them, "!" below, and "0" is next after "/".
 */
function rangeOf(pattern: string): [from: string, to: string] {
  if (pattern.endsWith("*")) return [pattern.slice(0, -1), `${pattern.slice(0, -1)}~`];
  return pattern.includes("/") ? [pattern, `${pattern}!`] : [`${pattern}/`, `${pattern}0`];
}

/** Whether a pattern holds wherever another one does. */
export function covers(pattern: string, other: string): boolean {
  const [[from, to], [otherFrom, otherTo]] = [rangeOf(pattern), rangeOf(other)];
  return from <= otherFrom && otherTo <= to;
}

/** Whether an actor holds a scope wherever a pattern does. */
export function allowsAll(actor: Actor, { scope, pattern }: TokenScope): boolean {
  return actor.scopes.some((held) => gives(held.scope, scope) && covers(held.pattern, pattern));
}

type PathColumn = ReferenceExpression<Tables, keyof Tables> & string;

/**
 * A condition that holds for the artifacts an actor may read, so that lists leave out the others before they are cut
 * into pages.
 *
 * @param column the path (`namespace/artifact`) of the artifact
 */
export function readableBy(actor: Actor, column: PathColumn = "artifacts.path"): Expression<SqlBool> {
  return reachedBy(actor, "read", column);
}

/** As {@link readableBy}, for what an actor may do with a scope. */
export function reachedBy(
  actor: Actor,
  scope: Scope,
  column: PathColumn = "artifacts.path",
): Expression<SqlBool> {
  const held = actor.scopes.filter((one) => gives(one.scope, scope));
  const patterns = [...new Set(held.map((one) => one.pattern))];
  if (patterns.includes("*")) return sql<SqlBool>`1 = 1`;
  const ranges = patterns.map((pattern) => {
    const [from, to] = rangeOf(pattern);
    return sql<SqlBool>`(${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${to})`;
  });
  return anyOf(ranges);
}

/** A condition that holds for the namespaces that an actor may read all of. */
export function readableNamespaces(actor: Actor): Expression<SqlBool> {
  const patterns = [...new Set(actor.scopes.map((one) => one.pattern))].filter((one) => !one.includes("/"));
  const name = sql.ref("namespaces.name");
  const conditions = patterns.map((pattern) => {
    const [from, to] = pattern.endsWith("*") ? rangeOf(pattern) : [pattern, `${pattern}!`];
    return sql<SqlBool>`(${name} >= ${from} and ${name} < ${to})`;
  });
  return anyOf(conditions);
}

/** Halves, so that the depth of the expression, which SQLite limits, grows with the logarithm of their number. */
function anyOf(conditions: Expression<SqlBool>[]): Expression<SqlBool> {
  const [first, ...others] = conditions;
  if (first === undefined) return sql<SqlBool>`1 = 0`;
  if (others.length === 0) return first;
  const half = conditions.length >> 1;
  return sql<SqlBool>`(${anyOf(conditions.slice(0, half))} or ${anyOf(conditions.slice(half))})`;
}
