/** Which events somebody asks for, and may see: the same as a condition of the database and of an event at hand. */
import { type Expression, type SqlBool, sql } from "kysely";
import { reachedBy } from "../tokens/reach.ts";
import { type Actor, allows, mayRead } from "../tokens/scopes.ts";
import type { EventRow } from "./reading.ts";
import { type EventAction, eventActions } from "./store.ts";

export type EventFilter = {
  /** A pattern as scopes have it: `*`, `team`, `team-*`, `team/web`, `team/web-*`. */
  artifact?: string | undefined;
  actor?: string | undefined;
  actions?: readonly EventAction[] | undefined;
  /** From this moment on, and before that one. */
  since?: string | undefined;
  until?: string | undefined;
};

/** The actions that a pattern stands for: `*`, `version.*`, or one action; none when it stands for nothing. */
export function actionsOf(pattern: string): EventAction[] {
  const start = pattern.slice(0, -1);
  if (pattern !== "*" && !pattern.endsWith(".*")) return eventActions.filter((action) => action === pattern);
  return eventActions.filter((action) => action.startsWith(start));
}

/** Whether a pattern, as scopes have it, holds for an artifact; what is about none is only in `*`. */
export function isWithin(pattern: string, artifact: string | null): boolean {
  if (artifact === null) return pattern === "*";
  return allows({ name: "", scopes: [{ scope: "read", pattern }] }, "read", artifact);
}

/** What is about no artifact, such as tokens, is for administrators of everything. */
const seesAll = (reader: Actor): boolean => allows(reader, "admin", "*");

/** Whether an event is one of those that a filter asks for, and that its reader may see. */
export function matches(event: EventRow, filter: EventFilter, reader: Actor): boolean {
  if (event.artifact === null ? !seesAll(reader) : !mayRead(reader, event.artifact)) return false;
  if (filter.artifact !== undefined && !isWithin(filter.artifact, event.artifact)) return false;
  if (filter.actor !== undefined && filter.actor !== event.actor) return false;
  if (filter.since !== undefined && event.at < filter.since) return false;
  if (filter.until !== undefined && event.at >= filter.until) return false;
  return filter.actions?.includes(event.action) ?? true;
}

/**
 * The same as conditions on the table `events`. One value of a column is looked up in its index, which has its events
 * in order. Anything wider must not be: what it finds would have to be sorted, all of it for each page. Those events
 * are walked in order instead, which for what is not rare ends soon.
 */
export function conditionsOf(filter: EventFilter, reader: Actor): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  const walked = (condition: Expression<SqlBool>) => conditions.push(sql`(${condition}) is true`);
  if (!seesAll(reader)) {
    conditions.push(sql`events.artifact is not null`);
    walked(reachedBy(reader, "read", "events.artifact"));
  }
  const { artifact, actor, since, until, actions } = filter;
  if (artifact !== undefined && artifact !== "*") {
    if (/^[^/*]+\/[^*]+$/.test(artifact)) conditions.push(sql`events.artifact = ${artifact}`);
    else
      walked(
        reachedBy({ name: "", scopes: [{ scope: "read", pattern: artifact }] }, "read", "events.artifact"),
      );
  }
  if (actor !== undefined) conditions.push(sql`events.actor = ${actor}`);
  if (since !== undefined) conditions.push(sql`events.at >= ${since}`);
  if (until !== undefined) conditions.push(sql`events.at < ${until}`);
  const [action, ...others] = actions ?? [];
  if (action !== undefined && others.length === 0) conditions.push(sql`events.action = ${action}`);
  else if (actions) walked(sql`events.action in (${sql.join([...actions])})`);
  return conditions;
}
