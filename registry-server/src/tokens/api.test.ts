import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Api, day, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import { readJson } from "../database/json.ts";
import type { TokenScope } from "../database/schema.ts";
import type { Token } from "./schema.ts";
import { everything } from "./scopes.ts";
import { newToken } from "./token.ts";

type Created = Token & { token: string };
type Headers = Record<string, string>;

forEachDatabase((test) => {
  let api: Api;
  let admin: Headers = {};
  let team: Headers = {};
  let count = 0;
  let name = "";
  const lines: string[] = [];

  beforeAll(async () => {
    api = new Api(test.database, { dev: false, logTo: (line) => lines.push(line) });
    admin = await addToken(test.database, "root", everything);
    team = await addToken(test.database, "team", [
      { scope: "admin", pattern: "team-*" },
      { scope: "publish", pattern: "other" },
    ]);
  });
  beforeEach(() => {
    name = `token-${++count}`;
  });
  afterAll(() => {
    expect(lines.join("")).not.toContain("wbl_");
  });

  const create = (body: object, who = admin) =>
    api.send<Created>("POST", "/v1/tokens", { name, scopes: [read("*")], ...body }, who);
  const read = (pattern: string): TokenScope => ({ scope: "read", pattern });
  const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });
  const works = async (token: string) => (await api.get("/v1/artifacts", bearer(token))).status === 200;

  it("is shown once, works, and is known by its hash and its event, which do not hold it", async () => {
    const made = await create({ description: "For CI", scopes: [{ scope: "publish", pattern: "a/web-*" }] });
    expect(made.status).toBe(201);
    const { token, ...shown } = made.body;
    expect(token).toMatch(/^wbl_[\w-]{43}$/);
    expect(shown).toEqual({
      name,
      description: "For CI",
      scopes: [{ scope: "publish", pattern: "a/web-*" }],
      created_at: "2026-01-01T00:00:00.000Z",
      created_by: "root",
      expires_at: null,
      last_used_at: null,
    });
    expect(await works(token)).toBe(true);
    const got = await api.get<Token>(`/v1/tokens/${name}`, admin);
    expect(got.body).toEqual({ ...shown, last_used_at: "2026-01-01T00:00:00.000Z" });
    const self = await api.get("/v1/tokens/self", bearer(token));
    expect(self.body).toEqual({ name, scopes: shown.scopes, expires_at: null });
    const events = await test.database.reads.selectFrom("events").selectAll().execute();
    expect(JSON.stringify(events)).not.toContain(token);
    const last = events.at(-1);
    expect(last).toMatchObject({ action: "token.created", actor: "root", artifact: null });
    expect(last && readJson(last.detail)).toMatchObject({ after: { name, scopes: shown.scopes } });
    const list = await api.get<Page<Token>>("/v1/tokens", admin);
    expect(JSON.stringify(list.body)).not.toContain(token.slice(4));
  });

  it("may have a secret of its maker's own, once, and one that is as random as ours", async () => {
    const token = newToken();
    expect((await create({ token })).body.token).toBe(token);
    expect(await works(token)).toBe(true);
    const again = problemOf(await create({ name: `${name}-again`, token }));
    expect(again).toMatchObject({ status: 409, code: "token_exists" });
    expect(JSON.stringify(again)).not.toContain(token.slice(4));
    const short = problemOf(await create({ name: `${name}-short`, token: "wbl_short" }));
    expect(short).toMatchObject({ code: "invalid_request", errors: [{ path: "token" }] });
    expect(JSON.stringify(short)).not.toContain('short"');
  });

  it("that is revoked is refused from the next request on, by every server", async () => {
    const { token } = (await create({})).body;
    const other = new Api(test.database, { dev: false });
    expect((await other.get("/v1/artifacts", bearer(token))).status).toBe(200);
    expect((await api.send("DELETE", `/v1/tokens/${name}`, undefined, admin)).status).toBe(204);
    expect(await works(token)).toBe(false);
    expect((await other.get("/v1/artifacts", bearer(token))).status).toBe(401);
    const again = await api.send("DELETE", `/v1/tokens/${name}`, undefined, admin);
    expect(problemOf(again)).toMatchObject({ status: 404, code: "token_not_found" });
    expect((await create({})).status).toBe(201);
  });

  it("that expired is refused from that moment on, and says so", async () => {
    const expires_at = new Date(api.clock.read().getTime() + 1_000).toISOString();
    const { token } = (await create({ expires_at })).body;
    expect(await works(token)).toBe(true);
    api.clock.advance(999);
    expect(await works(token)).toBe(true);
    api.clock.advance(1);
    const late = await api.get("/v1/artifacts", bearer(token));
    expect(problemOf(late)).toMatchObject({ status: 401, code: "unauthorized" });
    expect(late.body.detail).toContain(`expired at ${expires_at}`);
  });

  it("must expire in the future", async () => {
    const reply = await create({ expires_at: api.clock.read().toISOString() });
    expect(problemOf(reply)).toMatchObject({ status: 400, errors: [{ path: "expires_at" }] });
  });

  it("tells of a name that is taken, without changing the token", async () => {
    const { token } = (await create({})).body;
    expect(problemOf(await create({ scopes: everything }))).toMatchObject({
      status: 409,
      code: "token_exists",
    });
    expect((await api.get<Token>(`/v1/tokens/${name}`, bearer(token))).status).toBe(403);
  });

  it.each([
    ["a name of somebody else's", { name: "anonymous" }, "name"],
    ["a name with a colon, as those of exchanged tokens have", { name: "a:b" }, "name"],
    ["no scope", { scopes: [] }, "scopes"],
    ["an unknown scope", { scopes: [{ scope: "root", pattern: "*" }] }, "scopes[0].scope"],
    ["a star in the middle", { scopes: [read("a*b")] }, "scopes[0].pattern"],
    ["a star for namespaces of an artifact", { scopes: [read("*/web")] }, "scopes[0].pattern"],
    ["an empty pattern", { scopes: [read("")] }, "scopes[0].pattern"],
    ["three parts", { scopes: [read("a/b/c")] }, "scopes[0].pattern"],
    ["upper case", { scopes: [read("Team")] }, "scopes[0].pattern"],
    ["more scopes than allowed", { scopes: Array.from({ length: 33 }, () => read("a")) }, "scopes"],
  ])("refuses %s", async (_what, body, path) => {
    const reply = await create(body);
    expect(problemOf(reply)).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it.each<[string, TokenScope[], boolean]>([
    ["admin on its own namespaces", [{ scope: "admin", pattern: "team-a" }], true],
    ["less on artifacts there", [{ scope: "publish", pattern: "team-a/web-*" }], true],
    ["admin on everything", everything, false],
    ["to read everything", [read("*")], false],
    ["its own and something else", [read("team-a"), read("other")], false],
    ["what it has, without being admin of it", [{ scope: "publish", pattern: "other" }], false],
    ["a prefix shorter than its own", [read("team*")], false],
    ["a namespace that only looks alike", [read("team")], false],
  ])("the admin of some namespaces asks for %s", async (_what, scopes, isAllowed) => {
    const reply = await create({ scopes }, team);
    if (isAllowed) expect(reply.status).toBe(201);
    else expect(problemOf(reply)).toMatchObject({ status: 403, code: "forbidden", scope: "admin" });
  });

  it("the admin of some namespaces sees and revokes the tokens for these, and knows of no others", async () => {
    await create({ name: `${name}-own`, scopes: [read("team-z")] });
    await create({ name: `${name}-more`, scopes: [read("team-z"), read("x")] });
    const list = await api.get<Page<Token>>("/v1/tokens?limit=200", team);
    const names = list.body.items.map((token) => token.name);
    expect(names).toContain(`${name}-own`);
    expect(names).not.toContain(`${name}-more`);
    expect(names).not.toContain("root");
    const ask = async (method: string, token: string) => {
      const reply = await api.send(method, `/v1/tokens/${token}`, undefined, team);
      return [reply.status, JSON.stringify(reply.body)?.replaceAll(token, "it")];
    };
    for (const method of ["GET", "DELETE"]) {
      expect(await ask(method, `${name}-more`)).toEqual(await ask(method, "none"));
    }
    expect((await ask("DELETE", `${name}-own`))[0]).toBe(204);
    expect((await api.get(`/v1/tokens/${name}-more`, admin)).status).toBe(200);
  });

  it("what an expiring token makes does not outlive it", async () => {
    const soon = new Date(api.clock.read().getTime() + day).toISOString();
    const later = new Date(api.clock.read().getTime() + 2 * day).toISOString();
    const { token } = (await create({ scopes: everything, expires_at: soon })).body;
    for (const expires_at of [undefined, null, later]) {
      const reply = await create({ name: `${name}-child`, expires_at }, bearer(token));
      expect(problemOf(reply)).toMatchObject({ status: 403, code: "forbidden", expires_at: soon });
    }
    expect((await create({ name: `${name}-child`, expires_at: soon }, bearer(token))).status).toBe(201);
  });

  it("lists pages by name, all of them once", async () => {
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = (await api.get<Page<Token>>(`/v1/tokens?limit=3${query}`, admin)).body;
      expect(page.items.length).toBeLessThanOrEqual(3);
      names.push(...page.items.map((token) => token.name));
      cursor = page.next_cursor;
    }
    const rows = await test.database.reads.selectFrom("tokens").select("name").execute();
    expect(names).toEqual(rows.map((row) => row.name).toSorted());
  });

  it("was used last when it was, whatever the order in which servers write it down", async () => {
    const { token } = (await create({})).body;
    const other = new Api(test.database, { dev: false });
    other.clock.advance(api.clock.read().getTime() - other.clock.read().getTime() + 5_000);
    await other.get("/v1/artifacts", bearer(token));
    await api.get("/v1/artifacts", bearer(token));
    const usedAt = async (who: Api) => (await who.get<Token>(`/v1/tokens/${name}`, admin)).body.last_used_at;
    const last = other.clock.read().toISOString();
    expect(await usedAt(other)).toBe(last);
    expect(await usedAt(api)).toBe(last);
  });
});

forEachDatabase((test) => {
  it("the last token that may do everything for ever is not revoked, also when two try at once", async () => {
    const api = new Api(test.database, { dev: false });
    const names = ["one", "two", "three"];
    const tokens = [];
    for (const name of names) tokens.push(await addToken(test.database, name, everything));
    const [one = {}] = tokens;
    const expires_at = new Date(api.clock.read().getTime() + day).toISOString();
    const asked = { name: "expiring", scopes: everything, expires_at };
    const { body } = await api.send<{ token: string }>("POST", "/v1/tokens", asked, one);
    // Not by one of the three: whoever is revoked first would revoke nobody else.
    const expiring = { Authorization: `Bearer ${body.token}` };
    const replies = await Promise.all(
      names.map((name) => api.send("DELETE", `/v1/tokens/${name}`, undefined, expiring)),
    );
    const left = await test.database.reads.selectFrom("tokens").select("name").execute();
    expect(left.map((row) => row.name).filter((name) => name !== "expiring")).toHaveLength(1);
    expect(replies.map((reply) => reply.status).sort()).toEqual([204, 204, 409]);
    const refused = replies.find((reply) => reply.status === 409);
    if (refused) expect(problemOf(refused).code).toBe("last_admin");
  });
});
