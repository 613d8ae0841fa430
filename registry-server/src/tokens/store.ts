import type { Reader, Writer } from "../database/database.ts";
import { readJson, writeJson } from "../database/json.ts";
import { prepared } from "../database/prepared.ts";
import type { TokenScope } from "../database/schema.ts";
import { andThen, type Maybe } from "../maybe.ts";

const isSmall = true;
const byHash = prepared(
  (db, p: { hash: string }) =>
    db.selectFrom("tokens").select(["name", "hash", "scopes"]).where("hash", "=", p.hash),
  isSmall,
);

export function findToken(
  db: Reader,
  hash: string,
): Maybe<{ name: string; hash: string; scopes: TokenScope[] } | undefined> {
  return andThen(
    byHash(db, { hash }),
    ([token]) => token && { name: token.name, hash: token.hash, scopes: readScopes(token.scopes) },
  );
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

/** Few texts stand for the scopes of all tokens, and one is read with every request. */
const mostScopes = 100;
const known = new Map<string, TokenScope[]>();

function readScopes(column: Parameters<typeof readJson<TokenScope[]>>[0]): TokenScope[] {
  if (typeof column !== "string") return column;
  const earlier = known.get(column);
  if (earlier) return earlier;
  const scopes = readJson<TokenScope[]>(column);
  if (known.size < mostScopes) known.set(column, scopes);
  return scopes;
}
