import type { Reader, Writer } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { firstRow, type Maybe } from "../maybe.ts";

const byHash = prepared((db, p: { hash: string }) =>
  db.selectFrom("tokens").select(["name", "hash"]).where("hash", "=", p.hash),
);

export function findToken(db: Reader, hash: string): Maybe<{ name: string; hash: string } | undefined> {
  return firstRow(byHash(db, { hash }));
}

export async function anyToken(db: Reader): Promise<boolean> {
  const row = await db.selectFrom("tokens").select("id").limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Adds a token unless one of its name is there; true when it was added. */
export async function insertToken(tx: Writer, name: string, hash: string, now: string): Promise<boolean> {
  const row = await tx
    .insertInto("tokens")
    .values({ name, hash, created_at: now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
