import fc from "fast-check";
import { sql } from "kysely";
import { beforeAll, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { messagesOf, take } from "../../test/following.ts";
import { analyze, plansOf } from "../../test/plans.ts";
import { addToken } from "../../test/tokens.ts";
import { type Actor, everything, serverCaller } from "../tokens/scopes.ts";
import { conditionsOf, type EventFilter, matches } from "./filter.ts";
import { listEvents, readAfter } from "./reading.ts";
import type { Event } from "./schema.ts";
import { eventActions, recordEvent } from "./store.ts";

const artifacts = ["team/web", "team/web-2", "team/api", "team-b/web", "other/one", undefined];
const patterns = ["*", "team", "team-*", "team*", "team/*", "team/web", "team/web-*", "other/one", "none"];
const actors = ["ci", "ops"];
const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();

const filters = fc.record<EventFilter>(
  {
    artifact: fc.constantFrom(...patterns),
    actor: fc.constantFrom(...actors, "nobody"),
    actions: fc.subarray([...eventActions], { minLength: 1 }),
    since: fc.integer({ min: 0, max: 20 }).map(at),
    until: fc.integer({ min: 0, max: 20 }).map(at),
  },
  { requiredKeys: [] },
);
const readers = fc.record<Actor>({
  name: fc.constant("reader"),
  scopes: fc.array(
    fc.record({ scope: fc.constantFrom("read", "publish", "admin"), pattern: fc.constantFrom(...patterns) }),
    { maxLength: 3 },
  ),
});

forEachDatabase((test) => {
  const all: Actor = { name: "all", scopes: everything };

  beforeAll(async () => {
    for (let index = 0; index < 60; index++) {
      const artifact = artifacts[index % artifacts.length];
      const action = eventActions[(index * 7) % eventActions.length] ?? "token.created";
      const caller = { ...serverCaller("test"), name: actors[index % actors.length] ?? "" };
      await test.database.write((tx) =>
        recordEvent(
          { tx, now: at(index % 20), caller },
          { action, ...(artifact && { artifact }), detail: {} },
        ),
      );
    }
  });

  it("the database and the server agree on which events somebody asks for and may see", async () => {
    const { reads } = test.database;
    const page = { before: undefined, limit: 1_000 };
    const rows = await listEvents(reads, {}, all, page);
    expect(rows).toHaveLength(60);
    await fc.assert(
      fc.asyncProperty(filters, readers, async (filter, reader) => {
        const expected = rows.filter((row) => matches(row, filter, reader));
        expect(await listEvents(reads, filter, reader, page)).toEqual(expected);
        expect(conditionsOf(filter, reader)).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });

  it("a list is filtered by actor, artifact, action and time, and pages are whole", async () => {
    const api = new Api(test.database);
    const list = async (query: string) => (await api.get<Page<Event>>(`/v1/events?${query}`)).body;
    const { items } = await list(
      "artifact=team&actor=ci&since=2026-01-01T02:00:00Z&until=2026-01-01T10:00:00Z",
    );
    expect(items.length).toBeGreaterThan(0);
    for (const event of items) {
      expect(event).toMatchObject({ actor: "ci", artifact: expect.stringMatching(/^team\//) });
      expect(event.at >= at(2) && event.at < at(10)).toBe(true);
    }
    const kinds = (await list("action=version.*&action=token.created&limit=200")).items.map(
      ({ action }) => action,
    );
    expect(new Set(kinds.map((kind) => kind.split(".")[0]))).toEqual(new Set(["version", "token"]));
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page<Event> = await list(`limit=7${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect(new Set(seen).size).toBe(60);
  });

  it.each([
    ["action=version.broken", /"query.action" must be "\*", an action such as "version.completed"/],
    ["artifact=UPPER", /"query.artifact" must be "\*", a namespace/],
    ["since=yesterday", /"query.since" must be a date and time/],
    ["color=red", /"query.color" is not a known/],
  ])("a list with %s is refused", async (query, message) => {
    const problem = problemOf(await new Api(test.database).get(`/v1/events?${query}`));
    expect([problem.code, problem.detail]).toEqual(["invalid_request", expect.stringMatching(message)]);
  });

  it("the export has every event once, the oldest first, and the next one goes on after it", async () => {
    const api = new Api(test.database);
    const download = async (query: string) => {
      const response = await api.request(`/v1/events/export?${query}`);
      expect(response.headers.get("content-type")).toBe("application/x-ndjson");
      const lines = (await response.text()).split("\n");
      expect(lines.pop()).toBe("");
      return lines.map((line) => JSON.parse(line) as Event);
    };
    const first = await download("");
    const listed = (await api.get<Page<Event>>("/v1/events?limit=200")).body.items;
    expect(first).toEqual(listed.toReversed());
    await api.publish("export/it", { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
    const next = await download(`after=${first.at(-1)?.id}`);
    expect(next.map(({ action }) => action)).toEqual([
      "artifact.created",
      "version.opened",
      "build.reported",
      "version.completed",
    ]);
    expect(next.at(-1)).toMatchObject({ artifact: "export/it", number: 1, fingerprint: "f" });
    expect(await download(`after=${next.at(-1)?.id}`)).toEqual([]);
  });

  it("who follows gets what happens, and after a break goes on with Last-Event-ID", async () => {
    const api = new Api(test.database);
    const path = "/v1/events/follow?artifact=follow/http&action=version.completed";
    const response = await api.request(path);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const publish = (fingerprint: string) =>
      api.publish("follow/http", { fingerprint, builds: [{ name: "a", ...ami("ami-1") }] });
    const coming = take<Event>(response, 1);
    await publish("f1");
    const [first] = await coming;
    expect(first?.data).toMatchObject({ action: "version.completed", artifact: "follow/http", number: 1 });
    expect(first?.id).toBe(String(first?.data.id));
    await publish("f2");
    const again = await api.request(path, { headers: { "Last-Event-ID": first?.id ?? "" } });
    expect((await take<Event>(again, 1)).map(({ data }) => data.number)).toEqual([2]);
    const wrong = await api.get(path, { "Last-Event-ID": "x" });
    expect(problemOf(wrong).detail).toMatch(/"header.last-event-id" must be the id of an event/);
  });

  it("who follows is told first where it is, so that nothing is lost before the first event", async () => {
    const api = new Api(test.database);
    const newest = (await api.get<Page<Event>>("/v1/events?limit=1")).body.items[0]?.id;
    const reader = (await api.request("/v1/events/follow")).body?.getReader();
    let text = "";
    while (!text.includes("id: ")) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toBe(`: following\n\nid: ${newest}\n\n`);
    await reader?.cancel();
  });

  it("following ends when the server does", async () => {
    const api = new Api(test.database);
    const messages = messagesOf(await api.request("/v1/events/follow?artifact=nobody/none"));
    const over = messages.next();
    api.close();
    expect(await over).toMatchObject({ done: true });
  });

  it("readers of an artifact see its events only, and no name of an ancestor that is not theirs", async () => {
    const api = new Api(test.database, { dev: false });
    const admin = await addToken(test.database, "boss", everything);
    const web = await addToken(test.database, "web", [{ scope: "read", pattern: "hidden/web" }]);
    const send = (method: string, path: string, body: object) =>
      api.send(method, `/v1/artifacts/${path}`, body, admin);
    const base = { fingerprint: "f", builds: [{ name: "a", ...ami("ami-base") }] };
    await send("POST", "hidden/base/versions", base);
    const parents = [{ artifact: "hidden/base", version: 1 }];
    await send("POST", "hidden/web/versions", {
      fingerprint: "f",
      builds: [{ name: "a", ...ami("ami-2", { parents }) }],
    });
    const revoked = { reason: "bad", with_descendants: true };
    expect((await send("PUT", "hidden/base/versions/1/revocation", revoked)).status).toBe(200);
    const { items } = (await api.get<Page<Event>>("/v1/events?limit=200", web)).body;
    expect(new Set(items.map(({ artifact }) => artifact))).toEqual(new Set(["hidden/web"]));
    const effective = items.find(({ action }) => action === "revocation.effective");
    expect(effective?.detail.after).toMatchObject({ revoked_by: null });
    const seen = (await api.get<Page<Event>>("/v1/events?action=revocation.effective&artifact=hidden", admin))
      .body;
    expect(seen.items[0]?.detail.after).toMatchObject({ revoked_by: { artifact: "hidden/base", number: 1 } });
    const follow = await api.request("/v1/events/follow", { headers: { ...web, "Last-Event-ID": "0" } });
    const followed = await take<Event>(follow, items.length);
    expect(followed.map(({ data }) => data)).toEqual(items.toReversed());
  });
});

forEachDatabase((test) => {
  it("no list of events sorts: what it costs does not grow with history", async () => {
    const { reads } = test.database;
    const record = sql`insert into events (at, actor, request_id, action, artifact, detail)`;
    const values = {
      sqlite: sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
        select '2026-01-01T00:00:00.000Z', 'a' || (i % 50), 'r', 'version.completed', 'team' || (i % 9) || '/web', '{}' from n`,
      postgres: sql`select '2026-01-01T00:00:00.000Z', 'a' || (i % 50), 'r', 'version.completed', 'team' || (i % 9) || '/web', '{}'
        from generate_series(1, 20000) i`,
    }[test.database.dialect];
    await test.database.write((tx) => sql`${record} ${values}`.execute(tx));
    await test.database.write(analyze);
    const all: Actor = { name: "all", scopes: everything };
    const team: Actor = { name: "team", scopes: [{ scope: "read", pattern: "team3" }] };
    const asked: [EventFilter, Actor][] = [
      [{}, all],
      [{}, team],
      [{ artifact: "team3/web" }, all],
      [{ artifact: "team3/web" }, team],
      [{ artifact: "team*" }, all],
      [{ actor: "a7" }, all],
      [{ actions: ["version.completed"] }, all],
      [{ actions: ["version.completed", "version.opened"] }, team],
      [{ since: "2020-01-01T00:00:00.000Z", actor: "a7" }, all],
    ];
    for (const [filter, reader] of asked) {
      const narrowed = { filter, reader };
      const plans = await plansOf(reads, async (db) => {
        await listEvents(db, filter, reader, { before: 15_000, limit: 51 });
        await readAfter(db, { after: { xid: "0", id: 5 }, limit: 51 }, narrowed);
      });
      for (const plan of plans) expect(plan, JSON.stringify(filter)).not.toMatch(/TEMP B-TREE|Sort/);
    }
  });
});
