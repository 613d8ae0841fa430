import { type Insertable, sql } from "kysely";
import { type Database, databaseOf, type Reader } from "../database/database.ts";
import { writeJson } from "../database/json.ts";
import { prepared } from "../database/prepared.ts";
import type { Tables } from "../database/schema.ts";
import type { Unit } from "../unit.ts";

/** Everything that is recorded, in the order of the documentation. */
export const eventActions = [
  "token.created",
  "token.revoked",
  "token.exchanged",
  "trust_rule.created",
  "trust_rule.changed",
  "trust_rule.deleted",
  "namespace.changed",
  "artifact.created",
  "artifact.changed",
  "artifact.deleted",
  "version.opened",
  "version.changed",
  "version.completed",
  "version.abandoned",
  "version.expired",
  "version.deleted",
  "build.reported",
  "build.replaced",
  "document.attached",
  "document.replaced",
  "document.removed",
  "file.held",
  "file.released",
  "log.started",
  "log.ended",
  "log.deleted",
  "channel.created",
  "channel.changed",
  "channel.assigned",
  "channel.deleted",
  "revocation.set",
  "revocation.inherited",
  "revocation.effective",
  "revocation.removed",
  "webhook.created",
  "webhook.changed",
  "webhook.tested",
  "webhook.secret_rotated",
  "webhook.disabled",
  "webhook.deleted",
] as const;

export type EventAction = (typeof eventActions)[number];

export type EventRecord = {
  action: EventAction;
  artifact?: string;
  version?: { id: number; number: number | null };
  /** What was there before and what is there after, as far as it says what happened. */
  detail: { before?: object; after?: object; reason?: string };
  /** The event that caused this one. */
  cause?: number | undefined;
};

/** Wakes up who follows events; see `database.signal`. */
export const eventsTopic = "events";

/** What of an event decides who is told. */
export type Recorded = { id: number; action: EventAction; artifact: string | null };
type Teller = (unit: Unit, event: Recorded) => Promise<void>;

/** By what a database reads with, which is the same for all that stand for that database. */
const tellers = new WeakMap<Reader, Teller>();

/** Has every event of a database told to those who want to hear of it, in the transaction of the event. */
export function tellEvents(database: Database, tell: Teller): void {
  tellers.set(database.reads, tell);
}

const insertEvent = prepared((db, event: Insertable<Omit<Tables["events"], "id">>) =>
  db
    .insertInto("events")
    .values({
      at: event.at,
      actor: event.actor,
      request_id: event.request_id,
      action: event.action,
      artifact: event.artifact,
      version_id: event.version_id,
      number: event.number,
      detail: event.detail,
      cause_id: event.cause_id,
    })
    // Asked with the same statement: that nobody wants to hear of it, as mostly, costs no trip to the database.
    .returning(["id", sql<number>`(select count(*) from webhooks where disabled_at is null)`.as("hearers")]),
);

/**
 * Adds an event in the transaction of what happened, so that neither is there without the other.
 *
 * @returns its id, for what it causes
 */
export async function recordEvent(unit: Unit, event: EventRecord): Promise<number> {
  const { tx, now, caller } = unit;
  const { action, artifact = null } = event;
  const [inserted] = await insertEvent(tx, {
    at: now,
    actor: caller.name,
    request_id: caller.requestId,
    action,
    artifact,
    version_id: event.version?.id ?? null,
    number: event.version?.number ?? null,
    detail: writeJson(event.detail),
    cause_id: event.cause ?? null,
  });
  if (!inserted) throw new Error("an event that was added has no id");
  const { id, hearers } = inserted;
  const database = databaseOf(tx);
  await database.signal(tx, eventsTopic);
  if (hearers > 0) await tellers.get(database.reads)?.(unit, { id, action, artifact });
  return id;
}
