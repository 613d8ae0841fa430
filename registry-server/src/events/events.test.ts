import { sql } from "kysely";
import { expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { readJson } from "../database/json.ts";

forEachDatabase((test) => {
  it("every write leaves its event, with who did what to which version, in order", async () => {
    const api = new Api(test.database);
    const path = "/v1/artifacts/events/one";
    await api.publish("events/one", { fingerprint: "f", expected_builds: ["a", "b"] });
    await api.report("events/one", "f", "a", ami("ami-1"));
    await api.report("events/one", "f", "a", ami("ami-2"));
    await api.report("events/one", "f", "b", ami("ami-3"));
    await api.send("PATCH", `${path}/versions/1`, { description: "d" });
    await api.send("PUT", path, { description: "d" });
    await api.send("DELETE", `${path}/versions/1`);
    await api.send("DELETE", path);
    const rows = await test.database.reads.selectFrom("events").selectAll().orderBy("id").execute();
    expect(rows.map((row) => [row.action, row.number])).toEqual([
      ["artifact.created", null],
      ["version.opened", null],
      ["build.reported", null],
      ["build.replaced", null],
      ["build.reported", null],
      ["version.completed", 1],
      ["version.changed", 1],
      ["artifact.changed", null],
      ["version.deleted", 1],
      ["artifact.deleted", null],
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ actor: "dev", artifact: "events/one", at: "2026-01-01T00:00:00.000Z" });
      expect(row.request_id).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it("of channels and revocations say what was before, what is after, why, and what caused them", async () => {
    const api = new Api(test.database);
    const path = "/v1/artifacts/events/channel";
    for (const fingerprint of ["f1", "f2"]) {
      await api.publish("events/channel", { fingerprint, builds: [{ name: "a", ...ami("ami-1") }] });
    }
    await api.send("PUT", `${path}/channels/prod`, { version: 1, description: "d" });
    await api.send("PUT", `${path}/channels/prod`, { version: 2, reason: "new" }, { "If-Match": "*" });
    await api.send("PUT", `${path}/versions/2/revocation`, { reason: "bad", rollback_channels: true });
    await api.send("DELETE", `${path}/versions/2/revocation?reason=good`);
    await api.send("DELETE", `${path}/channels/prod`);
    const all = await test.database.reads.selectFrom("events").selectAll().orderBy("id").execute();
    const rows = all.filter(
      ({ artifact, action }) => artifact === "events/channel" && /^(channel|revocation)/.test(action),
    );
    const set = rows.find((row) => row.action === "revocation.set")?.id;
    const at = "2026-01-01T00:00:00.000Z";
    const bad = { reason: "bad", effective_at: at, with_descendants: false };
    const by = { artifact: "events/channel", number: 2 };
    const channel = "prod";
    expect(rows.map((row) => [row.action, row.number, row.cause_id, readJson(row.detail)])).toEqual([
      ["channel.created", null, null, { after: { channel, description: "d", rules: {} } }],
      [
        ...["channel.assigned", 1, null],
        { before: { channel, version: null }, after: { channel, version: 1, kind: "assign" } },
      ],
      [
        ...["channel.assigned", 2, null],
        { before: { channel, version: 1 }, after: { channel, version: 2, kind: "assign" }, reason: "new" },
      ],
      ["revocation.set", 2, null, { after: bad, reason: "bad" }],
      ["revocation.effective", 2, set, { after: { revoked_by: by, effective_at: at }, reason: "bad" }],
      [
        ...["channel.assigned", 1, set],
        {
          before: { channel, version: 2 },
          after: { channel, version: 1, kind: "revocation" },
          reason: "bad",
        },
      ],
      ["revocation.removed", 2, set, { before: bad, reason: "good" }],
      ["channel.deleted", null, null, { before: expect.objectContaining({ name: "prod", revision: 4 }) }],
    ]);
  });

  it("a write that fails leaves none", async () => {
    const api = new Api(test.database);
    const builds = [{ name: "a", ...ami("ami-1") }];
    const body = { fingerprint: "f", expected_builds: ["z"], builds };
    expect((await api.send("POST", "/v1/artifacts/events/none/versions", body)).status).toBe(409);
    const rows = await test.database.reads
      .selectFrom("events")
      .selectAll()
      .where("artifact", "=", "events/none")
      .execute();
    expect(rows).toEqual([]);
  });

  it("they can be neither changed nor deleted, replaced nor truncated, not even by whoever turns triggers off", async () => {
    const { reads, dialect } = test.database;
    const write = (...texts: string[]) =>
      test.database.write(async (tx) => {
        for (const text of texts) await sql.raw(text).execute(tx);
      });
    const before = await reads.selectFrom("events").selectAll().orderBy("id").execute();
    const id = before[0]?.id;
    const copy =
      "SELECT id, at, 'nobody', request_id, action, artifact, version_id, number, detail FROM events";
    const columns = "id, at, actor, request_id, action, artifact, version_id, number, detail";
    const attempts = {
      sqlite: [[`INSERT OR REPLACE INTO events (${columns}) ${copy} WHERE id = ${id}`]],
      postgres: [
        ["TRUNCATE events"],
        ["TRUNCATE events CASCADE"],
        ["SET LOCAL session_replication_role = replica", "DELETE FROM events"],
        ["SET LOCAL session_replication_role = replica", "UPDATE events SET actor = 'nobody'"],
        [
          `INSERT INTO events (${columns}) OVERRIDING SYSTEM VALUE ${copy} WHERE id = ${id} ON CONFLICT (id) DO UPDATE SET actor = 'nobody'`,
        ],
      ],
    }[dialect];
    for (const texts of [["UPDATE events SET actor = 'nobody'"], ["DELETE FROM events"], ...attempts]) {
      await expect(write(...texts), texts.join()).rejects.toThrow(/only ever added/);
    }
    expect(await reads.selectFrom("events").selectAll().orderBy("id").execute()).toEqual(before);
  });
});
