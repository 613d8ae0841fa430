import { type Selectable, sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { readJson, writeJson } from "../database/json.ts";
import { prepared } from "../database/prepared.ts";
import type { Tables, TokenScope } from "../database/schema.ts";
import { andThen, type Maybe } from "../maybe.ts";

export type TokenRow = Omit<Selectable<Tables["tokens"]>, "hash" | "scopes"> & { scopes: TokenScope[] };

const isSmall = true;

/** The namespaces that anybody may read, in one text, so that they come with the token in one question. */
const open = sql<string | null>`(select string_agg(name, ' ') from namespaces where anonymous_read = 1)`;

/** Both kinds of tokens; each database looks the hash up in both indexes. */
function everyToken(db: Reader) {
  return db
    .selectFrom("tokens")
    .select([sql<number | null>`id`.as("id"), "name", "hash", "scopes"])
    .select((eb) => eb.ref("expires_at").$castTo<string | null>().as("expires_at"))
    .unionAll(
      db
        .selectFrom("exchanged_tokens")
        .select([sql<number | null>`null`.as("id"), "name", "hash", "scopes"])
        .select((eb) => eb.ref("expires_at").$castTo<string | null>().as("expires_at")),
    );
}

const byHash = prepared(
  (db, p: { hash: string }) =>
    db
      .selectFrom(everyToken(db).as("every"))
      .select(["id", "name", "hash", "scopes", "expires_at", open.as("open")])
      .where("hash", "=", p.hash),
  isSmall,
);

const openOnly = prepared((db, _: Record<string, never>) => db.selectNoFrom(open.as("open")), isSmall);

/** A token as a request shows it. Those that were exchanged have no id. */
export type KnownToken = {
  id: number | null;
  name: string;
  hash: string;
  scopes: TokenScope[];
  expires_at: string | null;
};

/** The token with a hash; its scopes hold those that everybody has. */
export function findToken(db: Reader, hash: string): Maybe<KnownToken | undefined> {
  return andThen(byHash(db, { hash }), ([row]) => row && { ...row, scopes: scopesOf(row.scopes, row.open) });
}

/** What everybody may read. */
export function findOpenScopes(db: Reader): Maybe<TokenScope[]> {
  return andThen(openOnly(db, {}), ([row]) => scopesOf([], row?.open ?? null));
}

const columns = ["id", "name", "description", "scopes", "created_at", "created_by"] as const;
const times = ["expires_at", "last_used_at"] as const;

export async function findTokenByName(db: Reader, name: string): Promise<TokenRow | undefined> {
  const query = db.selectFrom("tokens").select(columns).select(times).where("name", "=", name);
  const row = await query.executeTakeFirst();
  return row && { ...row, scopes: readJson(row.scopes) };
}

/** Tokens by name. */
export async function listTokens(db: Reader, after: string, limit: number): Promise<TokenRow[]> {
  const query = db.selectFrom("tokens").select(columns).select(times).where("name", ">", after);
  const rows = await query.orderBy("name").limit(limit).execute();
  return rows.map((row) => ({ ...row, scopes: readJson(row.scopes) }));
}

/** The tokens that may do everything and never expire, locked, so that two cannot each remove the other's last. */
export async function lockAdmins(tx: Writer): Promise<TokenRow[]> {
  const query = tx.selectFrom("tokens").select(columns).select(times).where("expires_at", "is", null);
  const rows = await query
    .orderBy("id")
    .$if(dialectOf(tx).rowLocks, (locked) => locked.forUpdate())
    .execute();
  return rows
    .map((row) => ({ ...row, scopes: readJson(row.scopes) }))
    .filter((row) => row.scopes.some(({ scope, pattern }) => scope === "admin" && pattern === "*"));
}

export type TokenInsert = {
  name: string;
  hash: string;
  scopes: TokenScope[];
  description?: string | null;
  created_by?: string | null;
  expires_at?: string | null;
};

/** Adds a token unless one of its name or its secret is there; true when it was added. */
export async function insertToken(tx: Writer, token: TokenInsert, now: string): Promise<boolean> {
  const row = await tx
    .insertInto("tokens")
    .values({ ...token, scopes: writeJson(token.scopes), created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Removes a token; false when somebody else was first. */
export async function deleteToken(tx: Writer, id: number): Promise<boolean> {
  const result = await tx.deleteFrom("tokens").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function setLastUsed(tx: Writer, id: number, at: string): Promise<void> {
  await tx
    .updateTable("tokens")
    .set({ last_used_at: at })
    .where("id", "=", id)
    .where((eb) => eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<", at)]))
    .execute();
}

/** Few texts stand for the scopes of all tokens, and one is read with every request. */
const mostKept = 100;
const kept = new Map<string, TokenScope[]>();

function scopesOf(column: TokenScope[], openNamespaces: string | null): TokenScope[] {
  if (openNamespaces === null && typeof column !== "string") return column;
  const text = typeof column === "string" ? column : JSON.stringify(column);
  const key = openNamespaces === null ? text : `${text} ${openNamespaces}`;
  const earlier = kept.get(key);
  if (earlier) return earlier;
  const patterns = openNamespaces?.split(" ") ?? [];
  const scopes = [...readJson(column), ...patterns.map((pattern) => ({ scope: "read" as const, pattern }))];
  if (kept.size >= mostKept) kept.clear();
  kept.set(key, scopes);
  return scopes;
}
