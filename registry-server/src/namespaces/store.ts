import type { Selectable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import type { Tables } from "../database/schema.ts";
import { readableNamespaces } from "../tokens/reach.ts";
import type { Actor } from "../tokens/scopes.ts";

export type NamespaceRow = Selectable<Tables["namespaces"]>;

export async function findNamespace(db: Reader, name: string): Promise<NamespaceRow | undefined> {
  return db.selectFrom("namespaces").selectAll().where("name", "=", name).executeTakeFirst();
}

/** A namespace, made when it is new, locked until the transaction ends. */
export async function lockNamespace(tx: Writer, name: string, now: string): Promise<NamespaceRow> {
  await tx
    .insertInto("namespaces")
    .values({ name, created_at: now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  return tx
    .selectFrom("namespaces")
    .selectAll()
    .where("name", "=", name)
    .$if(dialectOf(tx).rowLocks, (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
}

export type NamespaceUpdate = Pick<NamespaceRow, "description" | "anonymous_read" | "quota_bytes">;

export async function updateNamespace(tx: Writer, id: number, columns: NamespaceUpdate): Promise<void> {
  await tx.updateTable("namespaces").set(columns).where("id", "=", id).execute();
}

/** The namespaces that an actor may read all of, by name. */
export async function listNamespaces(
  db: Reader,
  actor: Actor,
  after: string | undefined,
  limit: number,
): Promise<NamespaceRow[]> {
  let query = db.selectFrom("namespaces").selectAll().where(readableNamespaces(actor));
  if (after !== undefined) query = query.where("name", ">", after);
  return query.orderBy("name").limit(limit).execute();
}
