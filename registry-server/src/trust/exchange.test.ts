import { type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Api, ami, day, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { claimsOf, Issuer, useIssuer } from "../../test/issuer.ts";
import { addToken } from "../../test/tokens.ts";
import { readJson } from "../database/json.ts";
import { everything } from "../tokens/scopes.ts";
import type { Exchanged } from "./schema.ts";
import { deleteExpired } from "./store.ts";

const minute = 60_000;

forEachDatabase((test) => {
  const issuer = useIssuer();
  let api: Api;
  let admin = {};
  const lines: string[] = [];
  const shown: string[] = [];
  const answers = new Set<string>();

  beforeAll(async () => {
    api = new Api(test.database, { dev: false, logTo: (line) => lines.push(line) });
    admin = await addToken(test.database, "root", everything);
  });
  afterAll(() => {
    const log = lines.join("");
    expect(log).toContain("an identity token was refused");
    expect(log.includes("wbl_")).toBe(false);
    const signatures = shown.map((token) => token.split(".")[2] ?? "").filter((text) => text.length > 20);
    expect(signatures.filter((text) => log.includes(text))).toEqual([]);
  });
  beforeEach(async () => {
    const { items } = (await api.get<{ items: { name: string }[] }>("/v1/trust", admin)).body;
    for (const { name } of items) await api.send("DELETE", `/v1/trust/${name}`, undefined, admin);
  });

  async function trust(name: string, claims: object, change: object = {}): Promise<void> {
    const scopes = [{ scope: "publish", pattern: "acme/web" }];
    const rule = { issuer: issuer.url, audience: "waybill", claims, scopes, ...change };
    const reply = await api.send("PUT", `/v1/trust/${name}`, rule, admin);
    expect([200, 201], JSON.stringify(reply.body)).toContain(reply.status);
  }
  const sign = (claims: JWTPayload, kid?: string) => issuer.sign(claims, api.clock.read(), kid);
  function exchange(token: string, who = api) {
    shown.push(token);
    return who.send<Exchanged>("POST", "/v1/tokens/exchange", { token });
  }
  const bearer = ({ body }: { body: Exchanged }) => ({ Authorization: `Bearer ${body.token}` });
  const isRefused = async (token: string) => {
    const reply = await exchange(token);
    const { detail, ...problem } = problemOf(reply);
    expect(problem).toMatchObject({ status: 403, code: "identity_refused" });
    const [, requestId] = /under the request id ([\w-]{36})\.$/.exec(detail) ?? [];
    const all = lines.map((line): Record<string, string> => JSON.parse(line));
    // What is told is the same for all: what differs would tell which issuers are trusted.
    answers.add(detail.replace(requestId ?? "", ""));
    expect([...answers]).toHaveLength(1);
    return all.find((line) => line.requestId === requestId && line.because)?.because ?? "";
  };
  const seconds = (ms = 0) => Math.floor((api.clock.read().getTime() + ms) / 1000);

  it.each([
    ["github", { repository: "acme/web", ref: "refs/heads/*", environment: "production" }],
    ["gitlab", { project_path: "acme/infra/web", ref_protected: "true" }],
    ["circleci", { "oidc.circleci.com/project-id": "c3f2", "oidc.circleci.com/ssh-rerun": "false" }],
  ] as const)(
    "a job of %s publishes with what it was given, and goes by its rule and subject",
    async (ci, rule) => {
      await trust(ci, rule, { ttl: "30m" });
      const reply = await exchange(await sign(claimsOf[ci]));
      const name = `${ci}:${claimsOf[ci].sub}`;
      const expires_at = new Date(api.clock.read().getTime() + 30 * minute).toISOString();
      const scopes = [{ scope: "publish", pattern: "acme/web" }];
      expect([reply.status, reply.body]).toEqual([
        200,
        { token: reply.body.token, name, scopes, expires_at },
      ]);
      const self = await api.get("/v1/tokens/self", bearer(reply));
      expect(self.body).toEqual({ name, scopes, expires_at });
      const body = { fingerprint: ci, builds: [{ name: "a", ...ami("ami-1") }] };
      const at = (artifact: string) => `/v1/artifacts/${artifact}/versions`;
      expect((await api.send("POST", at("acme/web"), body, bearer(reply))).status).toBe(201);
      expect((await api.send("POST", at("acme/db"), body, bearer(reply))).status).toBe(403);
      const rows = await test.database.reads.selectFrom("events").selectAll().orderBy("id").execute();
      expect(rows.at(-1)).toMatchObject({ actor: name, artifact: "acme/web" });
      const exchanged = rows.findLast((row) => row.action === "token.exchanged");
      expect(exchanged?.actor).toBe(name);
      expect(exchanged && readJson(exchanged.detail)).toEqual({
        after: { issuer: issuer.url, subject: claimsOf[ci].sub, rules: [ci], scopes, expires_at },
      });
      expect(JSON.stringify(rows)).not.toContain(reply.body.token);
    },
  );

  it("the token ends when its time is over", async () => {
    await trust("short", { sub: "job" }, { ttl: "1m" });
    const reply = await exchange(await sign({}));
    const list = () => api.get("/v1/artifacts", bearer(reply));
    api.clock.advance(minute - 1);
    expect((await list()).status).toBe(200);
    api.clock.advance(1);
    expect((await list()).status).toBe(401);
  });

  it("every rule that accepts it gives its scopes, until the first of them ends", async () => {
    await trust("a", { sub: "job" }, { ttl: "2h", scopes: [{ scope: "read", pattern: "x" }] });
    await trust("b", { sub: "j*" }, { ttl: "1h", scopes: [{ scope: "publish", pattern: "y" }] });
    await trust("c", { sub: "job", other: "*" }, { scopes: everything });
    await trust("d", { sub: "job" }, { audience: "elsewhere", scopes: everything });
    const { body } = await exchange(await sign({}));
    expect(body).toMatchObject({
      name: "a+b:job",
      scopes: [
        { scope: "read", pattern: "x" },
        { scope: "publish", pattern: "y" },
      ],
      expires_at: new Date(api.clock.read().getTime() + 60 * minute).toISOString(),
    });
  });

  it("its tokens go with the rule, when it is changed or deleted, and no others do", async () => {
    await trust("a", { sub: "job" });
    await trust("b", { sub: "job2" });
    const first = await exchange(await sign({}));
    const other = await exchange(await sign({ sub: "job2" }));
    const status = async (reply: { body: Exchanged }) =>
      (await api.get("/v1/artifacts", bearer(reply))).status;
    await trust("a", { sub: "job" });
    expect(await status(first)).toBe(200);
    api.clock.advance(1);
    await trust("a", { sub: "job" }, { ttl: "5m" });
    expect(await status(first)).toBe(401);
    const second = await exchange(await sign({}));
    expect(await status(second)).toBe(200);
    await api.send("DELETE", "/v1/trust/a", undefined, admin);
    expect(await status(second)).toBe(401);
    expect(await status(other)).toBe(200);
  });

  it("tokens that have expired are forgotten", async () => {
    await trust("short", { sub: "job" }, { ttl: "1m" });
    await exchange(await sign({}));
    const rows = async () => {
      const { reads } = test.database;
      const tokens = await reads.selectFrom("exchanged_tokens").select("expires_at").execute();
      const links = await reads.selectFrom("exchanged_token_rules").select("token_id").execute();
      return [tokens.length, links.length];
    };
    const forget = () => test.database.write((tx) => deleteExpired(tx, api.clock.read().toISOString()));
    await forget();
    expect(await rows()).toEqual([1, 1]);
    api.clock.advance(minute + 1);
    await forget();
    expect(await rows()).toEqual([0, 0]);
  });

  it("what a job with an admin's token makes does not outlive it", async () => {
    await trust("ops", { sub: "job" }, { scopes: everything });
    const reply = await exchange(await sign({}));
    const body = { name: "for-ever", scopes: everything };
    expect((await api.send("POST", "/v1/tokens", body, bearer(reply))).status).toBe(403);
    const rule = { issuer: issuer.url, audience: "waybill", claims: { sub: "me" }, scopes: everything };
    const made = problemOf(await api.send("PUT", "/v1/trust/for-ever", rule, bearer(reply)));
    expect(made).toMatchObject({ status: 403, code: "forbidden", expires_at: reply.body.expires_at });
    expect(made.detail).toContain("a trust rule would outlive it");
    expect((await api.get("/v1/trust/for-ever", admin)).status).toBe(404);
    const hook = { name: "for-ever", url: "https://93.184.216.34/" };
    const hooked = problemOf(await api.send("POST", "/v1/webhooks", hook, bearer(reply)));
    expect(hooked).toMatchObject({ status: 403, code: "forbidden", expires_at: reply.body.expires_at });
    expect(hooked.detail).toContain("a webhook would outlive it");
    expect((await api.send("POST", "/v1/webhooks", hook, admin)).status).toBe(201);
    const change = async (body: object) =>
      (await api.send("PATCH", `/v1/webhooks/${hook.name}`, body, bearer(reply))).status;
    const sends = [
      { url: "https://93.184.216.35/" },
      { events: ["*"] },
      { artifacts: ["*"] },
      { enabled: true },
    ];
    for (const more of sends) expect(await change(more)).toBe(403);
    expect(await change({ description: "Whose?", enabled: false })).toBe(200);
    expect((await api.send("DELETE", "/v1/trust/ops", undefined, bearer(reply))).status).toBe(204);
  });

  describe("is refused", () => {
    beforeEach(() => trust("web", { sub: "job" }));

    it.each<[string, (now: number) => JWTPayload, RegExp]>([
      ["expired", (now) => ({ exp: now - 61 }), /has expired/],
      ["from the future", (now) => ({ iat: now + 61 }), /"iat"/],
      ["not valid yet", (now) => ({ nbf: now + 61 }), /"nbf"/],
      ["old, however long it holds", (now) => ({ iat: now - day / 1000 - 61, exp: now + 60 }), /expired/],
      ["without an end", () => ({ exp: undefined }) as unknown as JWTPayload, /"exp"/],
      ["without a beginning", () => ({ iat: undefined }) as unknown as JWTPayload, /"iat"/],
      ["without a subject", () => ({ sub: undefined }) as unknown as JWTPayload, /"sub"/],
      ["without an audience", () => ({ aud: undefined }) as unknown as JWTPayload, /"aud"/],
      ["for another audience", () => ({ aud: "other" }), /^web: the audience is another one$/],
      ["of another subject", () => ({ sub: "job2" }), /^web: the claim "sub" is another one$/],
      ["of a subject that is a number", () => ({ sub: 7 }) as unknown as JWTPayload, /"sub"/],
      ["of a subject with a line break", () => ({ sub: "job\nroot" }), /"sub"/],
      ["of an endless subject", () => ({ sub: "j".repeat(513) }), /"sub"/],
      ["of another issuer", () => ({ iss: "https://ci.example.com" }), /^no rule trusts the issuer$/],
      ["of the issuer with a slash", () => ({ iss: `${issuer.url}/` }), /^no rule trusts the issuer$/],
      ["of two issuers", () => ({ iss: [issuer.url] }) as unknown as JWTPayload, /"iss"/],
      ["of an issuer with a zero", () => ({ iss: "https://a\0" }), /"iss"/],
    ])("one that is %s", async (_what, claims, told) => {
      expect(await isRefused(await sign(claims(seconds())))).toMatch(told);
    });

    it("but for a minute that clocks may be apart", async () => {
      const now = seconds();
      for (const claims of [{ exp: now - 59 }, { iat: now + 59 }, { nbf: now + 59 }]) {
        expect((await exchange(await sign(claims))).status).toBe(200);
      }
    });

    it("one without a signature, or whose claims were changed", async () => {
      const now = api.clock.read();
      const claims = { iss: issuer.url, aud: "waybill", sub: "job" };
      const bare = new UnsecuredJWT(claims).setIssuedAt(now).setExpirationTime(seconds(minute)).encode();
      expect((await exchange(bare)).status).toBe(400);
      const [header = "", payload = "", signature = ""] = (await sign({ sub: "job2" })).split(".");
      const changed = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), sub: "job" };
      const forged = Buffer.from(JSON.stringify(changed)).toString("base64url");
      expect(await isRefused(`${header}.${forged}.${signature}`)).toMatch(/none of the keys/);
      const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
      expect(await isRefused(`${none}.${forged}.${signature}`)).toMatch(/not signed with one of/);
    });

    it("one that takes the public key for a shared secret", async () => {
      const secret = new TextEncoder().encode(JSON.stringify(issuer.published[0]));
      const claims = { iss: issuer.url, aud: "waybill", sub: "job", iat: seconds(), exp: seconds(minute) };
      const confused = await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .sign(secret);
      expect(await isRefused(confused)).toMatch(/not signed with one of/);
    });

    it("one whose key came with it", async () => {
      const other = new Issuer();
      const jwk = await other.addKey("mine");
      other.url = issuer.url;
      const [, payload = "", signature = ""] = (await other.sign({}, api.clock.read(), "mine")).split(".");
      for (const extra of [{ jwk }, { kid: "one" }, { jku: "http://127.0.0.1:9/jwks", kid: "one" }]) {
        const header = Buffer.from(JSON.stringify({ alg: "RS256", ...extra })).toString("base64url");
        await isRefused(`${header}.${payload}.${signature}`);
      }
    });

    it("one whose key is too weak, or no key at all", async () => {
      const weak = { kty: "RSA", alg: "RS256", n: "AQAB", e: "AQAB" };
      const none = { kty: "EC", crv: "P-256", alg: "ES256", x: "AA", y: "AA" };
      issuer.published.push({ ...weak, kid: "weak" }, { ...none, kid: "none" });
      api.clock.advance(10 * minute);
      const [, payload, signature] = (await sign({})).split(".");
      for (const { kid, alg } of issuer.published.slice(-2)) {
        const header = Buffer.from(JSON.stringify({ alg, kid })).toString("base64url");
        expect(await isRefused(`${header}.${payload}.${signature}`)).toMatch(/cannot be used/);
      }
      issuer.published.splice(-2);
    });

    it("one by a key that another issuer publishes", async () => {
      const other = new Issuer();
      await other.start();
      await other.addKey("one");
      await trust("other", { sub: "someone" }, { issuer: other.url });
      const token = await other.sign({ iss: issuer.url }, api.clock.read());
      expect(await isRefused(token)).toMatch(/none of the keys/);
      await other.close();
    });

    it.each(["", "a", "a.b", "a.b.c", "....", `${"a".repeat(16_384)}.b.c`])(
      "what is no JWT: %#",
      async (text) => {
        const reply = await exchange(text);
        expect([400, 403]).toContain(reply.status);
        expect(problemOf(reply).detail.length).toBeLessThan(400);
      },
    );
  });
});
