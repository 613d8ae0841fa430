/**
 * What a token may do, and where.
 *
 * A scope holds where its pattern says: `*` is everything, `team` and `team-*` are namespaces with all their artifacts,
 * `team/web` and `team/web-*` are artifacts. Every scope lets its holder read; `admin` contains all others; `publish`
 * and `promote` do not contain each other. What a caller may not read answers exactly as if it did not exist.
 */
import { artifactNotFound } from "../artifacts/problems.ts";
import type { TokenScope } from "../database/schema.ts";
import { Problem } from "../http/problem.ts";
import { namespaceNotFound } from "../namespaces/problems.ts";

export type Scope = TokenScope["scope"];

/** Whoever sends a request, and until when the token holds, if it expires. */
export type Actor = { name: string; scopes: readonly TokenScope[]; expiresAt?: string };

/** The scopes of the first token, and of the server itself. */
export const everything: TokenScope[] = [{ scope: "admin", pattern: "*" }];

/** Who sends no token; no token has this name. */
export const anonymous = "anonymous";

/** The caller of what the server does by itself. */
export function serverCaller(job: string) {
  return { name: "server", requestId: job, scopes: everything };
}

/**
 * Whether an actor may do something.
 *
 * @param path `namespace/artifact`, or a namespace for what is about all of it, or `*` for the whole registry
 */
export function allows(actor: Actor, scope: Scope, path: string): boolean {
  return actor.scopes.some((held) => gives(held.scope, scope) && matches(held.pattern, path));
}

/** Whether one scope contains another, where both hold. */
export function gives(held: Scope, wanted: Scope): boolean {
  return wanted === "read" || held === "admin" || held === wanted;
}

/** Whether an actor may read the artifact `namespace/artifact`. */
export function mayRead(actor: Actor, path: string): boolean {
  return allows(actor, "read", path);
}

/** Whether an actor may read anything that there is, or may be, in a namespace. */
export function mayReadIn(actor: Actor, namespace: string): boolean {
  const within = `${namespace}/`;
  return allows(actor, "read", namespace) || actor.scopes.some((held) => held.pattern.startsWith(within));
}

/**
 * Lets an actor go on who may do something.
 *
 * @param path as in {@link allows}
 * @throws Problem `forbidden`, which says nothing of what there is; `unauthorized` when no token was sent
 */
export function authorize(actor: Actor, scope: Scope, path: string): void {
  if (allows(actor, scope, path)) return;
  if (actor.name === anonymous) throw tokenMissing();
  const [namespace, artifact] = path.split("/");
  const where = artifact === undefined ? "namespace" : "artifact";
  const on = path === "*" ? `"*", that is, everywhere` : `the ${where} "${path}"`;
  const detail = `This needs the scope "${scope}" on ${on}, which the token "${actor.name}" does not have. Use a token that has it.`;
  throw new Problem("forbidden", detail, { scope, namespace, ...(artifact && { artifact: path }) });
}

/**
 * Lets an actor go on whose token does not expire.
 *
 * @param made what would go on giving, or sending, what the actor may see, with its article
 * @throws Problem `forbidden`
 */
export function requireLasting({ name, expiresAt }: Actor, made: string): void {
  if (expiresAt === undefined) return;
  const detail = `The token "${name}" expires at ${expiresAt}, and ${made} would outlive it. Use a token that lasts.`;
  throw new Problem("forbidden", detail, { expires_at: expiresAt });
}

/**
 * Lets an actor go on who holds a scope anywhere.
 *
 * @throws Problem `forbidden`; `unauthorized` when no token was sent
 */
export function authorizeAnywhere(actor: Actor, scope: Scope): void {
  if (actor.scopes.some((held) => gives(held.scope, scope))) return;
  if (actor.name === anonymous) throw tokenMissing();
  const detail = `This needs the scope "${scope}", which the token "${actor.name}" has nowhere. Use a token that has it.`;
  throw new Problem("forbidden", detail, { scope });
}

/**
 * Lets an actor go on who may read an artifact, or all of a namespace.
 *
 * @throws Problem `artifact_not_found` or `namespace_not_found`, whether there is one or not; `unauthorized` when no
 *   token was sent
 */
export function authorizeRead(actor: Actor, path: string): void {
  if (mayRead(actor, path)) return;
  if (actor.name === anonymous) throw tokenMissing();
  throw path.includes("/") ? artifactNotFound(path) : namespaceNotFound(path);
}

export function tokenMissing(): Problem {
  return new Problem("unauthorized", 'Send a token of this registry: "Authorization: Bearer wbl_...".');
}

function matches(pattern: string, path: string): boolean {
  // What precedes the star has no slash in the pattern of a namespace, so it never reaches into an artifact's name.
  if (pattern.endsWith("*")) return path.startsWith(pattern.slice(0, -1));
  return path.startsWith(pattern) && (path.length === pattern.length || path[pattern.length] === "/");
}
