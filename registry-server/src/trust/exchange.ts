import type { JWTPayload } from "jose";
import type { Logger } from "pino";
import type { Database } from "../database/database.ts";
import { canonicalJson } from "../database/json.ts";
import type { TokenScope } from "../database/schema.ts";
import { parseDuration } from "../duration.ts";
import { recordEvent } from "../events/store.ts";
import { Problem } from "../http/problem.ts";
import { printable } from "../http/schema.ts";
import { hashToken, newToken } from "../tokens/token.ts";
import type { Caller, Clock } from "../unit.ts";
import { mismatch } from "./claims.ts";
import { algorithms, type Issuers, IssuerUnavailable } from "./issuers.ts";
import type { Exchanged } from "./schema.ts";
import { insertExchanged, listRulesOf, lockUnchanged, type RuleRow } from "./store.ts";

/** Longer than any issuer and subject that there is; the subject becomes part of the name in events. */
const identifier = printable(1, 512);
const longestLogged = 300;

/** Gives jobs that show an identity token a short-lived token of this registry. */
export class ExchangeService {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #issuers: Issuers;
  readonly #log: Logger;

  constructor(needs: { database: Database; clock: Clock; issuers: Issuers; log: Logger }) {
    this.#database = needs.database;
    this.#clock = needs.clock;
    this.#issuers = needs.issuers;
    this.#log = needs.log;
  }

  /**
   * Exchanges an identity token for one with the scopes of every rule that accepts it, until the first of them ends.
   *
   * Whoever asks is told only whether it was accepted: another answer for issuers that a rule trusts would tell which
   * these are. Why it was refused is in the log.
   *
   * @throws Problem `identity_refused`
   */
  async exchange(identity: string, { requestId }: Caller): Promise<Exchanged> {
    const { decodeJwt } = await import("jose");
    const unchecked = attempt(() => decodeJwt(identity));
    const { data: issuer } = identifier.safeParse(unchecked?.iss);
    const shown = { requestId, issuer, subject: short(unchecked?.sub) };
    const refuse = (because: string): Problem => {
      this.#log.info({ ...shown, because }, "an identity token was refused");
      return new Problem("identity_refused", refusal(requestId));
    };
    if (!unchecked) throw refuse("it is no JWT whose claims can be read");
    if (issuer === undefined) throw refuse(`its claim "iss" is ${notPrintable}`);
    const rules = await listRulesOf(this.#database.reads, issuer);
    if (rules.length === 0) throw refuse("no rule trusts the issuer");
    const claims = await this.#verify(identity, issuer, refuse);
    const sub = identifier.safeParse(claims.sub);
    if (!sub.success) throw refuse(`its claim "sub" is ${notPrintable}`);
    const judged = rules.map((rule) => ({ rule, because: mismatch(rule, claims) }));
    const matching = judged.filter(({ because }) => because === undefined).map(({ rule }) => rule);
    if (matching.length === 0) {
      throw refuse(judged.map(({ rule, because }) => `${rule.name}: ${because}`).join("; "));
    }
    return this.#give(matching, sub.data, issuer, requestId, () => refuse("a rule was changed"));
  }

  async #verify(identity: string, issuer: string, refuse: (because: string) => Problem): Promise<JWTPayload> {
    try {
      return await this.#issuers.verify(identity, issuer);
    } catch (error) {
      throw refuse(await explain(error as Error));
    }
  }

  async #give(
    found: RuleRow[],
    sub: string,
    issuer: string,
    requestId: string,
    refuse: () => Problem,
  ): Promise<Exchanged> {
    const token = newToken();
    return this.#database.write(async (tx) => {
      const at = this.#clock();
      const now = at.toISOString();
      // One that is changed or deleted at this moment must not leave a token behind.
      const rules = await lockUnchanged(tx, found);
      if (rules.length === 0) throw refuse();
      const name = `${rules.map((rule) => rule.name).join("+")}:${sub}`;
      const ttlMs = Math.min(...rules.map((rule) => parseDuration(rule.ttl) ?? 0));
      const expires_at = new Date(at.getTime() + ttlMs).toISOString();
      const scopes = distinct(rules.flatMap((rule) => rule.scopes));
      await insertExchanged(tx, { hash: hashToken(token), name, scopes, expires_at }, rules, now);
      const after = { issuer, subject: sub, rules: rules.map((rule) => rule.name), scopes, expires_at };
      const caller = { name, scopes, requestId };
      await recordEvent({ tx, now, caller }, { action: "token.exchanged", detail: { after } });
      return { token, name, scopes, expires_at };
    });
  }
}

const notPrintable = "not a text of at most 512 printable characters";

const refusal = (requestId: string) =>
  `No trust rule of this registry accepts the identity token: its issuer, audience, claims, times or signature. "waybill trust explain" compares it with the rules; the log of the server has why, under the request id ${requestId}.`;

/** What is wrong with an identity token, for the log. */
async function explain(error: Error): Promise<string> {
  const { errors } = await import("jose");
  if (error instanceof IssuerUnavailable) return `the keys of its issuer cannot be had: ${error.message}`;
  // What is no error of jose is one of the key: too short, or none at all.
  if (!(error instanceof errors.JOSEError)) return `the key of its issuer cannot be used: ${error.message}`;
  const { code, claim } = error as Error & { code?: string; claim?: string };
  if (code === "ERR_JWT_EXPIRED") return "it has expired";
  if (claim !== undefined) return `its claim "${claim}" is missing, or its time has not come or is long past`;
  if (code === "ERR_JOSE_ALG_NOT_ALLOWED" || code === "ERR_JOSE_NOT_SUPPORTED") {
    return `it is not signed with one of ${algorithms.join(", ")}`;
  }
  return "its signature is by none of the keys that its issuer publishes";
}

function distinct(scopes: TokenScope[]): TokenScope[] {
  return [...new Map(scopes.map((scope) => [canonicalJson(scope), scope])).values()];
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function short(value: unknown): string {
  return String(value ?? "").slice(0, longestLogged);
}
