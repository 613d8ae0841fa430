/**
 * What a token may do, and where.
 *
 * A scope holds in the namespaces of its pattern: `*` is all of them, `team-*` those that begin so, anything else is
 * one name. Every scope lets its holder read; `admin` contains all others; `publish` and `promote` do not contain each
 * other. What a caller may not read answers exactly as if it did not exist.
 */
import type { TokenScope } from "../database/schema.ts";
import { Problem } from "../http/problem.ts";

export type Scope = TokenScope["scope"];

/** Whoever sends a request. */
export type Actor = { name: string; scopes: readonly TokenScope[] };

/** The scopes of the first token, and of the server itself. */
export const everything: TokenScope[] = [{ scope: "admin", namespace: "*" }];

/** The caller of what the server does by itself. */
export function serverCaller(job: string) {
  return { name: "server", requestId: job, scopes: everything };
}

/** Whether an actor may do something in a namespace. */
export function allows(actor: Actor, scope: Scope, namespace: string): boolean {
  return actor.scopes.some(
    (held) =>
      (scope === "read" || held.scope === "admin" || held.scope === scope) &&
      matchesPattern(held.namespace, namespace),
  );
}

/** Whether an actor may read the artifact `namespace/artifact`. */
export function mayRead(actor: Actor, path: string): boolean {
  return allows(actor, "read", path.slice(0, path.indexOf("/")));
}

/**
 * Lets an actor go on who may do something in a namespace.
 *
 * @throws Problem `forbidden`, which says nothing of what there is in the namespace
 */
export function authorize(actor: Actor, scope: Scope, namespace: string): void {
  if (allows(actor, scope, namespace)) return;
  const detail = `This needs the scope "${scope}" on the namespace "${namespace}", which the token "${actor.name}" does not have. Use a token that has it.`;
  throw new Problem("forbidden", detail, { scope, namespace });
}

function matchesPattern(pattern: string, namespace: string): boolean {
  return pattern.endsWith("*") ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern;
}
