import { beforeAll, beforeEach, expect, it } from "vitest";
import { Api, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import { readJson } from "../database/json.ts";
import { everything } from "../tokens/scopes.ts";
import type { TrustRule } from "./schema.ts";

const rule = {
  issuer: "https://ci.example.com",
  audience: "waybill",
  claims: { project: "acme/web" },
  scopes: [{ scope: "publish", pattern: "acme/web" }],
};

forEachDatabase((test) => {
  let api: Api;
  let admin = {};
  let name = "";
  let count = 0;

  beforeAll(async () => {
    api = new Api(test.database, { dev: false });
    admin = await addToken(test.database, "root", everything);
  });
  beforeEach(() => {
    name = `rule-${++count}`;
  });

  const put = (change: object = {}, as = name) =>
    api.send<TrustRule>("PUT", `/v1/trust/${as}`, { ...rule, ...change }, admin);

  it("is made, shown, listed, replaced and deleted, each with its event", async () => {
    const at = "2026-01-01T00:00:00.000Z";
    const made = await put();
    const shown = { name, description: null, ...rule, ttl: "1h", created_at: at, updated_at: at };
    expect([made.status, made.body]).toEqual([201, shown]);
    expect((await put()).status).toBe(200);
    api.clock.advance(1_000);
    const changed = await put({ description: "Web", ttl: "30m" });
    const after = { ...shown, description: "Web", ttl: "30m", updated_at: "2026-01-01T00:00:01.000Z" };
    expect([changed.status, changed.body]).toEqual([200, after]);
    expect((await api.get<TrustRule>(`/v1/trust/${name}`, admin)).body).toEqual(after);
    expect((await api.get<Page<TrustRule>>("/v1/trust", admin)).body.items).toEqual([after]);
    expect((await api.send("DELETE", `/v1/trust/${name}`, undefined, admin)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      const gone = await api.send(method, `/v1/trust/${name}`, undefined, admin);
      expect(problemOf(gone)).toMatchObject({ status: 404, code: "trust_rule_not_found" });
    }
    const rows = await test.database.reads.selectFrom("events").selectAll().orderBy("id").execute();
    expect(rows.map((row) => [row.action, row.actor])).toEqual([
      ["trust_rule.created", "root"],
      ["trust_rule.changed", "root"],
      ["trust_rule.deleted", "root"],
    ]);
    const [, change] = rows;
    expect(change && readJson(change.detail)).toMatchObject({
      before: { name, ttl: "1h" },
      after: { name, ttl: "30m" },
    });
  });

  it.each<[string, object, string]>([
    ["plain HTTP", { issuer: "http://ci.example.com" }, "issuer"],
    ["no URL", { issuer: "ci.example.com" }, "issuer"],
    ["a password", { issuer: "https://a:b@ci.example.com" }, "issuer"],
    ["a query", { issuer: "https://ci.example.com?a" }, "issuer"],
    ["no claims", { claims: {} }, "claims"],
    ["only stars", { claims: { sub: "*" } }, "claims"],
    ["all of github.com", { issuer: "https://token.actions.githubusercontent.com" }, "claims"],
    ["no scopes", { scopes: [] }, "scopes"],
    ["a long time", { ttl: "25h" }, "ttl"],
    ["no time", { ttl: "0s" }, "ttl"],
    ["an empty audience", { audience: "" }, "audience"],
    ["a claim that is no text", { claims: { a: 1 } }, "claims.a"],
  ])("refuses %s", async (_what, change, path) => {
    expect(problemOf(await put(change))).toMatchObject({ status: 400, errors: [{ path }] });
  });
});
