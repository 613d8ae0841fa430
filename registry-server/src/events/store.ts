import { type Database, databaseOf, type Reader } from "../database/database.ts";
import { insertMany } from "../database/insert-many.ts";
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
  "build.failed",
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

/**
 * Adds an event in the transaction of what happened, so that neither is there without the other.
 *
 * @returns its id, for what it causes
 */
export async function recordEvent(unit: Unit, event: EventRecord): Promise<number> {
  const [id] = await recordEvents(unit, [event]);
  if (id === undefined) throw new Error("an event that was added has no id");
  return id;
}

/** As {@link recordEvent}, for some events of one transaction at once, in their order. */
export async function recordEvents(unit: Unit, events: EventRecord[]): Promise<number[]> {
  return recordAll(events.map((event) => ({ unit, event })));
}

/** Asked with the same statement: that nobody wants to hear of it, as mostly, costs no trip to the database. */
const returned = "id, (select count(*) from webhooks where disabled_at is null) as hearers";

/** As {@link recordEvents}, for events that several callers caused in one transaction. */
export async function recordAll(caused: { unit: Unit; event: EventRecord }[]): Promise<number[]> {
  const [first] = caused;
  if (!first) return [];
  const { tx } = first.unit;
  const rows = caused.map(({ unit: { now, caller }, event }) => ({
    at: now,
    actor: caller.name,
    request_id: caller.requestId,
    action: event.action,
    artifact: event.artifact ?? null,
    version_id: event.version?.id ?? null,
    number: event.version?.number ?? null,
    detail: event.detail,
    cause_id: event.cause ?? null,
  }));
  const inserted = await insertMany<"events", { id: number; hearers: number }>(tx, "events", rows, returned);
  const ids = inserted.map(({ id }) => id).sort((a, b) => a - b);
  const database = databaseOf(tx);
  await database.signal(tx, eventsTopic);
  const tell = inserted.some(({ hearers }) => hearers > 0) ? tellers.get(database.reads) : undefined;
  for (const [at, { unit, event }] of caused.entries()) {
    const id = ids[at];
    if (id !== undefined) await tell?.(unit, { id, action: event.action, artifact: event.artifact ?? null });
  }
  return ids;
}
