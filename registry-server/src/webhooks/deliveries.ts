import { randomUUID } from "node:crypto";
import { type Selectable, sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { isOneOf } from "../database/lists.ts";
import type { DeliveryState, Tables } from "../database/schema.ts";
import type { Result } from "./sending.ts";

export type DeliveryRow = Selectable<Tables["deliveries"]>;
export type AttemptRow = Selectable<Tables["attempts"]>;

/** Notes that an event is to be delivered; one that is noted already stays as it is. @returns the id of its message, when new */
export async function insertDelivery(
  tx: Writer,
  webhookId: number,
  eventId: number,
  now: string,
): Promise<string | undefined> {
  const message = `msg_${randomUUID().replaceAll("-", "")}`;
  const row = await tx
    .insertInto("deliveries")
    .values({
      message,
      webhook_id: webhookId,
      event_id: eventId,
      state: "waiting",
      next_at: now,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(["webhook_id", "event_id"]).doNothing())
    .returning("message")
    .executeTakeFirst();
  return row?.message;
}

export async function findDelivery(db: Reader, message: string): Promise<DeliveryRow | undefined> {
  return db.selectFrom("deliveries").selectAll().where("message", "=", message).executeTakeFirst();
}

/** The newest first. */
export async function listDeliveries(
  db: Reader,
  webhookId: number,
  filter: { state?: DeliveryState | undefined; before: number | undefined },
  limit: number,
): Promise<DeliveryRow[]> {
  let query = db.selectFrom("deliveries").selectAll().where("webhook_id", "=", webhookId);
  if (filter.state) query = query.where("state", "=", filter.state);
  if (filter.before !== undefined) query = query.where("id", "<", filter.before);
  return query.orderBy("id", "desc").limit(limit).execute();
}

export async function listAttempts(db: Reader, deliveryIds: readonly number[]): Promise<AttemptRow[]> {
  return db
    .selectFrom("attempts")
    .selectAll()
    .where(isOneOf(db, "delivery_id", deliveryIds))
    .orderBy("number", "desc")
    .execute();
}

/** Writes down how an attempt ended. */
export async function insertAttempt(
  tx: Writer,
  delivery: DeliveryRow,
  result: Result,
  at: string,
): Promise<void> {
  const { milliseconds, status, error, answer } = result;
  await tx
    .insertInto("attempts")
    .values({
      delivery_id: delivery.id,
      number: delivery.attempts + 1,
      at,
      milliseconds,
      status,
      error,
      answer,
    })
    .execute();
}

export async function updateDelivery(
  tx: Writer,
  id: number,
  changes: Partial<Pick<DeliveryRow, "state" | "attempts" | "tries" | "next_at" | "ended_at">>,
): Promise<void> {
  await tx.updateTable("deliveries").set(changes).where("id", "=", id).execute();
}

/** Has deliveries begin anew; those that wait for their first try do anyway. @returns their messages */
export async function restartDeliveries(
  tx: Writer,
  webhookId: number,
  eventIds: readonly number[],
  states: readonly DeliveryState[],
  now: string,
): Promise<string[]> {
  const rows = await tx
    .updateTable("deliveries")
    .set({ state: "waiting", tries: 0, next_at: now, ended_at: null })
    .where("webhook_id", "=", webhookId)
    .where(isOneOf(tx, "event_id", eventIds))
    .where("state", "in", states)
    .where((is) => is.or([is("state", "<>", "waiting"), is("tries", ">", 0)]))
    .returning("message")
    .execute();
  return rows.map(({ message }) => message);
}

/** Waiting deliveries that should have been tried long ago: whatever was to do so is lost. */
export async function listOverdue(db: Reader, before: string, limit: number): Promise<string[]> {
  const query = db.selectFrom("deliveries").select("message").where("state", "=", "waiting");
  const rows = await query.where("next_at", "<", before).orderBy("id").limit(limit).execute();
  return rows.map(({ message }) => message);
}

/** Forgets deliveries that ended before a moment, and their attempts. @returns how many */
export async function forgetEnded(tx: Writer, before: string, limit: number): Promise<number> {
  const old = tx.selectFrom("deliveries").select("id").where("ended_at", "<", before).limit(limit);
  const result = await tx.deleteFrom("deliveries").where("id", "in", old).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Ids of events in a span of time, the oldest first. */
export async function eventsBetween(
  db: Reader,
  span: { since: string; until: string },
  limit: number,
): Promise<{ id: number; action: string; artifact: string | null }[]> {
  return db
    .selectFrom("events")
    .select(["id", "action", "artifact"])
    .where("at", ">=", span.since)
    .where(sql<boolean>`events.at < ${span.until}`)
    .orderBy("id")
    .limit(limit)
    .execute();
}
