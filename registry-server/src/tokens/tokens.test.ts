import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { bootstrapTokens } from "./bootstrap.ts";
import { everything } from "./scopes.ts";
import { insertToken } from "./store.ts";
import { hashToken, isToken, newToken } from "./token.ts";

const clock = () => new Date("2026-01-01T00:00:00Z");

describe("a token", () => {
  it("is wbl_ and 256 random bits, never the same twice", () => {
    const tokens = new Set(Array.from({ length: 1_000 }, newToken));
    expect(tokens.size).toBe(1_000);
    for (const token of tokens) expect(isToken(token)).toBe(true);
    expect(newToken()).toHaveLength(47);
  });
});

forEachDatabase((test) => {
  const given = newToken();
  const lines: string[] = [];
  let api: Api;
  const withToken = (authorization: string) => api.get("/v1/artifacts", { Authorization: authorization });

  beforeAll(async () => {
    api = new Api(test.database, { dev: false, logTo: (line) => lines.push(line) });
    const starts = [
      bootstrapTokens(test.database, clock, given),
      bootstrapTokens(test.database, clock, given),
    ];
    expect(await Promise.all(starts)).toEqual([{ givenIsUnknown: false }, { givenIsUnknown: false }]);
  });

  afterAll(() => {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("")).not.toContain("wbl_");
    expect(lines.join("").toLowerCase()).not.toContain("bearer");
  });

  it("given for an empty database is the admin token, also after another start", async () => {
    expect((await withToken(`Bearer ${given}`)).status).toBe(200);
    expect((await withToken(`bearer ${given}`)).status).toBe(200);
    expect(await bootstrapTokens(test.database, clock, given)).toEqual({ givenIsUnknown: false });
    expect(await bootstrapTokens(test.database, clock)).toEqual({ givenIsUnknown: false });
    expect(await bootstrapTokens(test.database, clock, newToken())).toEqual({ givenIsUnknown: true });
  });

  it("is stored as its hash only", async () => {
    const rows = await test.database.reads.selectFrom("tokens").selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(given.slice(4));
  });

  it.each([
    ["none", undefined],
    ["an unknown one", `Bearer ${newToken()}`],
    ["half of one", `Bearer ${given.slice(0, 20)}`],
    ["one too long", `Bearer ${given}A`],
    ["another scheme", `Basic ${given}`],
    ["no scheme", given],
    ["an empty one", "Bearer "],
    ["two", `Bearer ${given}, Bearer ${given}`],
  ])("that is %s is refused with 401", async (_what, authorization) => {
    const reply = await api.get(
      "/v1/artifacts",
      authorization === undefined ? {} : { Authorization: authorization },
    );
    const problem = problemOf(reply);
    expect(problem).toMatchObject({ status: 401, code: "unauthorized" });
    if (authorization !== undefined) expect(problem.detail).toContain("WAYBILL_TOKEN");
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
    expect(JSON.stringify(reply.body)).not.toContain(given.slice(4));
  });
});

forEachDatabase((test) => {
  it("is made and shown once when none is given, also by servers that start together", async () => {
    const starts = await Promise.all(Array.from({ length: 5 }, () => bootstrapTokens(test.database, clock)));
    const shown = starts.map((start) => start.shown).filter((token) => token !== undefined);
    expect(shown).toHaveLength(1);
    const api = new Api(test.database, { dev: false });
    expect((await api.get("/v1/artifacts", { Authorization: `Bearer ${shown[0]}` })).status).toBe(200);
    expect(await bootstrapTokens(test.database, clock)).toEqual({ givenIsUnknown: false });
  });
});

forEachDatabase((test) => {
  it("of an admin is made anew by a start that finds none which lasts, under a name that is free", async () => {
    const { database } = test;
    const given = newToken();
    const scopes = [{ scope: "read" as const, pattern: "*" }];
    await database.write((tx) =>
      insertToken(tx, { name: "admin", hash: hashToken(given), scopes }, clock().toISOString()),
    );
    const expires_at = "2026-01-02T00:00:00.000Z";
    await database.write((tx) =>
      insertToken(tx, { name: "day", hash: "x", scopes: everything, expires_at }, clock().toISOString()),
    );
    const { shown, givenIsUnknown } = await bootstrapTokens(database, clock, given);
    expect(givenIsUnknown).toBe(false);
    expect(shown).not.toBe(given);
    const api = new Api(database, { dev: false });
    const self = await api.get("/v1/tokens/self", { Authorization: `Bearer ${shown}` });
    expect(self.body).toMatchObject({ name: "admin-2", scopes: everything });
    expect(await bootstrapTokens(database, clock, given)).toEqual({ givenIsUnknown: false });
  });
});
