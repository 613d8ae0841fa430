import type { Reader, Writer } from "../database/database.ts";
import { readJson, writeJson } from "../database/json.ts";
import { prepared } from "../database/prepared.ts";
import type { TokenScope } from "../database/schema.ts";
import { andThen, type Maybe } from "../maybe.ts";

const byHash = prepared((db, p: { hash: string }) =>
  db.selectFrom("tokens").select(["name", "hash", "scopes"]).where("hash", "=", p.hash),
);

export function findToken(
  db: Reader,
  hash: string,
): Maybe<{ name: string; hash: string; scopes: TokenScope[] } | undefined> {
  return andThen(byHash(db, { hash }), ([token]) => token && { ...token, scopes: readJson(token.scopes) });
}

export async function anyToken(db: Reader): Promise<boolean> {
  const row = await db.selectFrom("tokens").select("id").limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Adds a token unless one of its name is there; true when it was added. */
export async function insertToken(
  tx: Writer,
  token: { name: string; hash: string; scopes: TokenScope[] },
  now: string,
): Promise<boolean> {
  const row = await tx
    .insertInto("tokens")
    .values({ ...token, scopes: writeJson(token.scopes), created_at: now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
