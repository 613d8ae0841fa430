import { sql } from "kysely";
import type { Reader } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { readJson } from "../database/json.ts";
import type { Actor } from "../tokens/scopes.ts";
import { conditionsOf, type EventFilter } from "./filter.ts";
import type { EventAction } from "./store.ts";

type Part = Record<string, unknown>;

export type EventRow = {
  id: number;
  at: string;
  actor: string;
  request_id: string;
  action: EventAction;
  artifact: string | null;
  number: number | null;
  fingerprint: string | null;
  detail: { before?: Part; after?: Part; reason?: string };
  cause_id: number | null;
};

/** Where an event stands in the order in which events are followed: that of their transactions, see the migration. */
export type Position = { xid: string; id: number };

export const beginning: Position = { xid: "0", id: 0 };

const columns = ["events.id", "at", "actor", "request_id", "action", "artifact", "cause_id"] as const;

function select(db: Reader) {
  return db
    .selectFrom("events")
    .leftJoin("versions", "versions.id", "events.version_id")
    .select([...columns, "events.number", "versions.fingerprint", "detail"]);
}

type Selected = Omit<EventRow, "action" | "detail"> & { action: string; detail: object };

function toRow(row: Selected): EventRow {
  const { id, at, actor, request_id, artifact, number, fingerprint, cause_id } = row;
  const action = row.action as EventAction;
  return {
    id,
    at,
    actor,
    request_id,
    action,
    artifact,
    number,
    fingerprint,
    detail: readJson(row.detail),
    cause_id,
  };
}

/** Events, the newest first. */
export async function listEvents(
  db: Reader,
  filter: EventFilter,
  reader: Actor,
  page: { before: number | undefined; limit: number },
): Promise<EventRow[]> {
  let query = select(db);
  for (const condition of conditionsOf(filter, reader)) query = query.where(condition);
  if (page.before !== undefined) query = query.where("events.id", "<", page.before);
  const rows = await query.orderBy("events.id", "desc").limit(page.limit).execute();
  return rows.map(toRow);
}

export async function findEvent(db: Reader, id: number): Promise<EventRow | undefined> {
  const row = await select(db).where("events.id", "=", id).executeTakeFirst();
  return row && toRow(row);
}

/** The parts of a query that know how a database orders what it commits; SQLite has one writer, so by id. */
function orderOf(db: Reader) {
  if (dialectOf(db).name === "sqlite") {
    return {
      xid: sql<string>`'0'`,
      isSettled: sql<boolean>`1`,
      after: ({ id }: Position) => sql<boolean>`events.id > ${id}`,
      by: sql`events.id`,
    };
  }
  return {
    xid: sql<string>`events.xid::text`,
    isSettled: sql<boolean>`events.xid < pg_snapshot_xmin(pg_current_snapshot())`,
    after: ({ xid, id }: Position) => sql<boolean>`(events.xid, events.id) > (${xid}::xid8, ${id}::bigint)`,
    by: sql`events.xid, events.id`,
  };
}

export type Followed = { position: Position; event: EventRow };

/**
 * The events after a position, in the order in which they are followed.
 *
 * @param range.until leaves out what is after that position
 * @returns also whether there are more that transactions which still run may yet get in front of
 */
export async function readAfter(
  db: Reader,
  range: { after: Position; until?: Position; limit: number },
  narrowed?: { filter: EventFilter; reader: Actor },
): Promise<{ events: Followed[]; isUnsettled: boolean }> {
  const order = orderOf(db);
  let query = select(db).select([order.xid.as("xid"), order.isSettled.as("settled")]);
  query = query.where(order.after(range.after));
  if (range.until) query = query.where(sql<boolean>`not (${order.after(range.until)})`);
  if (narrowed) {
    for (const condition of conditionsOf(narrowed.filter, narrowed.reader)) query = query.where(condition);
  }
  const rows = await query.orderBy(order.by).limit(range.limit).execute();
  // Those that are settled come first: whatever is still to be committed has a later transaction than all of them.
  const settled = rows.filter((row) => row.settled);
  const events = settled.map((row) => ({ position: { xid: row.xid, id: row.id }, event: toRow(row) }));
  return { events, isUnsettled: settled.length < rows.length };
}

/** The position of an event, or of the last one before it when there is none of that id. */
export async function positionOf(db: Reader, id: number): Promise<Position> {
  const row = await db
    .selectFrom("events")
    .select(["id", orderOf(db).xid.as("xid")])
    .where("id", "<=", id)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? beginning;
}

/** The position of the last event that nothing can get in front of any more. */
export async function lastPosition(db: Reader): Promise<Position> {
  const order = orderOf(db);
  const descending =
    dialectOf(db).name === "sqlite" ? sql`events.id desc` : sql`events.xid desc, events.id desc`;
  const row = await db
    .selectFrom("events")
    .select(["id", order.xid.as("xid")])
    .where(sql<boolean>`${order.isSettled}`)
    .orderBy(descending)
    .limit(1)
    .executeTakeFirst();
  return row ?? beginning;
}
