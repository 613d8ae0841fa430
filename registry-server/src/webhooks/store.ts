import type { Insertable, Selectable, Updateable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { readJson, writeJson } from "../database/json.ts";
import type { Tables } from "../database/schema.ts";

export type WebhookRow = Selectable<Tables["webhooks"]>;
type Lists = "recipients" | "events" | "artifacts" | "secrets";
type Changes = Omit<Updateable<Tables["webhooks"]>, Lists> & Partial<Pick<WebhookRow, Lists>>;

function toRow(row: WebhookRow): WebhookRow {
  const [recipients, events, artifacts] = [row.recipients, row.events, row.artifacts].map(readJson);
  return { ...row, recipients, events, artifacts, secrets: readJson(row.secrets) } as WebhookRow;
}

function toColumns({ recipients, events, artifacts, secrets, ...columns }: Changes) {
  return {
    ...columns,
    ...(recipients && { recipients: writeJson(recipients) }),
    ...(events && { events: writeJson(events) }),
    ...(artifacts && { artifacts: writeJson(artifacts) }),
    ...(secrets && { secrets: writeJson(secrets) }),
  };
}

export async function findWebhook(db: Reader, name: string): Promise<WebhookRow | undefined> {
  const row = await db.selectFrom("webhooks").selectAll().where("name", "=", name).executeTakeFirst();
  return row && toRow(row);
}

/** A webhook that nobody else changes until the transaction ends. */
export async function lockWebhook(
  tx: Writer,
  by: { name: string } | { id: number },
): Promise<WebhookRow | undefined> {
  const row = await tx
    .selectFrom("webhooks")
    .selectAll()
    .$if("name" in by, (query) => query.where("name", "=", "name" in by ? by.name : ""))
    .$if("id" in by, (query) => query.where("id", "=", "id" in by ? by.id : 0))
    .$if(dialectOf(tx).rowLocks, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && toRow(row);
}

export async function listWebhooks(db: Reader, after: string, limit: number): Promise<WebhookRow[]> {
  const query = db.selectFrom("webhooks").selectAll().where("name", ">", after);
  return (await query.orderBy("name").limit(limit).execute()).map(toRow);
}

/** Those that are told of what happens. */
export async function listEnabled(db: Reader): Promise<WebhookRow[]> {
  const query = db.selectFrom("webhooks").selectAll().where("disabled_at", "is", null);
  return (await query.orderBy("id").execute()).map(toRow);
}

/** Adds a webhook, unless there is one of its name; true when it was added. */
export async function insertWebhook(
  tx: Writer,
  webhook: Changes & Omit<Insertable<Tables["webhooks"]>, Lists> & Pick<WebhookRow, Lists>,
): Promise<boolean> {
  const row = await tx
    .insertInto("webhooks")
    .values(toColumns(webhook) as Insertable<Tables["webhooks"]>)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function updateWebhook(tx: Writer, id: number, changes: Changes): Promise<WebhookRow> {
  const query = tx.updateTable("webhooks").set(toColumns(changes)).where("id", "=", id);
  return toRow(await query.returningAll().executeTakeFirstOrThrow());
}

export async function deleteWebhook(tx: Writer, id: number): Promise<void> {
  await tx.deleteFrom("webhooks").where("id", "=", id).execute();
}
