import type { Selectable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { readJson, writeJson } from "../database/json.ts";
import type { Tables, TokenScope } from "../database/schema.ts";
import type { TrustRuleValues } from "./schema.ts";

type Stored = Selectable<Tables["trust_rules"]>;
export type RuleRow = Omit<Stored, "claims" | "scopes"> & {
  claims: Record<string, string>;
  scopes: TokenScope[];
};

export async function findRule(db: Reader, name: string): Promise<RuleRow | undefined> {
  const row = await db.selectFrom("trust_rules").selectAll().where("name", "=", name).executeTakeFirst();
  return row && parsed(row);
}

/** A rule, locked until the transaction ends. */
export async function lockRule(tx: Writer, name: string): Promise<RuleRow | undefined> {
  const row = await tx
    .selectFrom("trust_rules")
    .selectAll()
    .where("name", "=", name)
    .$if(dialectOf(tx).rowLocks, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && parsed(row);
}

export async function listRules(db: Reader, after: string | undefined, limit: number): Promise<RuleRow[]> {
  let query = db.selectFrom("trust_rules").selectAll();
  if (after !== undefined) query = query.where("name", ">", after);
  return (await query.orderBy("name").limit(limit).execute()).map(parsed);
}

/** The rules that trust an issuer, by name. */
export async function listRulesOf(db: Reader, issuer: string): Promise<RuleRow[]> {
  const query = db.selectFrom("trust_rules").selectAll().where("issuer", "=", issuer).orderBy("name");
  return (await query.execute()).map(parsed);
}

function columnsOf({ claims, scopes, ...rule }: TrustRuleValues) {
  return { ...rule, claims: writeJson(claims), scopes: writeJson(scopes) };
}

/** Adds a rule unless one of its name is there; true when it was added. */
export async function insertRule(
  tx: Writer,
  name: string,
  rule: TrustRuleValues,
  now: string,
): Promise<boolean> {
  const row = await tx
    .insertInto("trust_rules")
    .values({ name, ...columnsOf(rule), created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function updateRule(tx: Writer, id: number, rule: TrustRuleValues, now: string): Promise<void> {
  const columns = { ...columnsOf(rule), updated_at: now };
  await tx.updateTable("trust_rules").set(columns).where("id", "=", id).execute();
}

/** Removes the tokens that follow from a rule, and then the rule itself if it goes. */
export async function deleteTokensOf(tx: Writer, ruleId: number): Promise<void> {
  await tx
    .deleteFrom("exchanged_tokens")
    .where("id", "in", (eb) =>
      eb.selectFrom("exchanged_token_rules").select("token_id").where("rule_id", "=", ruleId),
    )
    .execute();
}

export async function deleteRule(tx: Writer, id: number): Promise<void> {
  await tx.deleteFrom("trust_rules").where("id", "=", id).execute();
}

/** Of some rules, those that are still as they were read; locked, so that they stay until the transaction ends. */
export async function lockUnchanged(tx: Writer, rules: RuleRow[]): Promise<RuleRow[]> {
  const ids = rules.map((rule) => rule.id);
  const rows = await tx
    .selectFrom("trust_rules")
    .select(["id", "updated_at"])
    .where("id", "in", ids)
    .orderBy("id")
    .$if(dialectOf(tx).rowLocks, (query) => query.forShare())
    .execute();
  const times = new Map(rows.map((row) => [row.id, row.updated_at]));
  return rules.filter((rule) => times.get(rule.id) === rule.updated_at);
}

export type ExchangedInsert = { hash: string; name: string; scopes: TokenScope[]; expires_at: string };

/** Adds the token that some rules give. */
export async function insertExchanged(
  tx: Writer,
  { scopes, ...token }: ExchangedInsert,
  rules: RuleRow[],
  now: string,
): Promise<void> {
  const { id } = await tx
    .insertInto("exchanged_tokens")
    .values({ ...token, scopes: writeJson(scopes), created_at: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  const links = rules.map((rule) => ({ token_id: id, rule_id: rule.id }));
  await tx.insertInto("exchanged_token_rules").values(links).execute();
}

/** Forgets tokens that have expired. */
export async function deleteExpired(tx: Writer, now: string): Promise<void> {
  await tx.deleteFrom("exchanged_tokens").where("expires_at", "<", now).execute();
}

function parsed(row: Stored): RuleRow {
  return { ...row, claims: readJson(row.claims), scopes: readJson(row.scopes) };
}
