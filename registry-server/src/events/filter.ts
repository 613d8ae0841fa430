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

/** The same as conditions on the table `events`. */
export function conditionsOf(filter: EventFilter, reader: Actor): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  if (!seesAll(reader)) {
    conditions.push(sql`events.artifact is not null`, reachedBy(reader, "read", "events.artifact"));
  }
  if (filter.artifact !== undefined && filter.artifact !== "*") {
    const within: Actor = { name: "", scopes: [{ scope: "read", pattern: filter.artifact }] };
    conditions.push(reachedBy(within, "read", "events.artifact"));
  }
  if (filter.actor !== undefined) conditions.push(sql`events.actor = ${filter.actor}`);
  if (filter.since !== undefined) conditions.push(sql`events.at >= ${filter.since}`);
  if (filter.until !== undefined) conditions.push(sql`events.at < ${filter.until}`);
  if (filter.actions) conditions.push(sql`events.action in (${sql.join([...filter.actions])})`);
  return conditions;
}
