import type { JWTPayload, LocalJWKSet } from "jose";
import { z } from "zod";
import { type Outbound, OutboundError } from "../outbound/fetch.ts";
import type { Clock } from "../unit.ts";

/** Every algorithm whose keys can be public; one with a shared secret would take a public key for that. */
export const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** How far the clock of an issuer may be off. */
const toleranceSeconds = 60;
/** Older identity tokens are refused, however long their issuer says that they hold. */
const oldestSeconds = 24 * 3600;
/** Keys are asked for again after this. */
const freshMs = 10 * 60_000;
/** Keys that cannot be asked for anew are still good for this long. */
const staleMs = 24 * 3_600_000;
/** No more often than this an issuer is asked, however many tokens name keys that nobody knows. */
const pauseMs = 10_000;
const timeoutMs = 5_000;
const mostBytes = 512 * 1024;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });

/** The keys of an issuer cannot be had; the message says why. */
export class IssuerUnavailable extends Error {}

export type IssuerLog = { warn(fields: object, message: string): void };
type Entry = {
  keys?: LocalJWKSet;
  fetchedAt: number;
  triedAt: number;
  failure?: Error;
  asking?: Promise<void>;
};

/** Checks identity tokens against the keys that their issuers publish, which it remembers. */
export class Issuers {
  readonly #outbound: Outbound;
  readonly #clock: Clock;
  readonly #log: IssuerLog;
  readonly #entries = new Map<string, Entry>();

  constructor(outbound: Outbound, clock: Clock, log: IssuerLog) {
    this.#outbound = outbound;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Checks the signature, the issuer and the times of an identity token.
   *
   * @param issuer one that a rule trusts: nobody else makes the registry send requests
   * @returns its claims
   * @throws JOSEError of jose, IssuerUnavailable
   */
  async verify(token: string, issuer: string): Promise<JWTPayload> {
    const { errors, jwtVerify } = await import("jose");
    const options = {
      issuer,
      algorithms,
      clockTolerance: toleranceSeconds,
      maxTokenAge: oldestSeconds,
      requiredClaims: ["exp", "iat", "sub", "aud"],
      currentDate: this.#clock(),
    };
    const keys = await this.#keys(issuer, freshMs);
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have a new key since.
      const newer = await this.#keys(issuer, 0);
      if (newer === keys) throw error;
      return (await jwtVerify(token, newer, options)).payload;
    }
  }

  async #keys(issuer: string, mostAgeMs: number): Promise<LocalJWKSet> {
    const now = this.#clock().getTime();
    const entry = this.#entries.get(issuer) ?? { fetchedAt: -Infinity, triedAt: -Infinity };
    this.#entries.set(issuer, entry);
    if (now - entry.fetchedAt >= mostAgeMs && now - entry.triedAt >= pauseMs) {
      entry.triedAt = now;
      entry.asking = this.#ask(issuer, entry, now).finally(() => delete entry.asking);
    }
    await entry.asking;
    if (entry.keys && now - entry.fetchedAt < staleMs) return entry.keys;
    throw new IssuerUnavailable(entry.failure?.message ?? "Its keys were not found.");
  }

  /** Does not fail: what is known stays until it is too old. */
  async #ask(issuer: string, entry: Entry, now: number): Promise<void> {
    try {
      const { createLocalJWKSet } = await import("jose");
      const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
      const found = await this.#json(url, Discovery);
      if (found.issuer !== issuer) {
        throw new IssuerUnavailable(`It calls itself "${found.issuer}"; the rule must have it so.`);
      }
      if (issuer.startsWith("https:") && !found.jwks_uri.startsWith("https:")) {
        throw new IssuerUnavailable("It gives its keys without TLS.");
      }
      entry.keys = createLocalJWKSet(await this.#json(found.jwks_uri, KeySet));
      entry.fetchedAt = now;
      delete entry.failure;
    } catch (error) {
      entry.failure = error as Error;
      this.#log.warn({ issuer, reason: entry.failure.message }, "the keys of an issuer cannot be had");
    }
  }

  async #json<T>(url: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await this.#outbound.fetch(url, { timeoutMs, maxBytes: mostBytes });
    if (answer.status !== 200) throw new IssuerUnavailable(`${url} answers with ${answer.status}.`);
    try {
      return schema.parse(JSON.parse(answer.body.toString()));
    } catch (error) {
      if (error instanceof OutboundError) throw error;
      throw new IssuerUnavailable(`${url} answers with something else than it should.`);
    }
  }
}
