import { beforeEach, describe, expect, it } from "vitest";
import { Api, ami, day, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { insertToken } from "../tokens/store.ts";
import { hashToken, newToken } from "../tokens/token.ts";
import { Consumptions, flushAt } from "./consumptions.ts";
import type { Consumer } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let count = 0;

  beforeEach(async () => {
    api = new Api(test.database);
    artifact = `consumers/a${++count}`;
    await api.publish(artifact, { fingerprint: "f1", builds: [{ name: "a", ...ami("ami-1") }] });
    await api.publish(artifact, { fingerprint: "f2", builds: [{ name: "a", ...ami("ami-2") }] });
  });

  const resolve = (query: string, consumer?: string, client = "waybill-cli/0.1.0") =>
    api.get(`/v1/artifacts/${artifact}/resolve?${query}`, {
      ...(consumer !== undefined && { "Waybill-Consumer": consumer }),
      "User-Agent": client,
    });

  async function list(path: string) {
    const reply = await api.get<Page<Consumer>>(path);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply.body;
  }

  const ofVersion = (number: number, query = "") =>
    list(`/v1/artifacts/${artifact}/versions/${number}/consumers?${query}`);
  const ofArtifact = (query = "") => list(`/v1/artifacts/${artifact}/consumers?${query}`);

  it("who resolved a version is told with the first time, the last time and how often", async () => {
    await resolve("version=1", "acme/network");
    api.clock.advance(day);
    await resolve("version=1", "acme/network");
    await api.consumptions.flush();
    api.clock.advance(day);
    await resolve("version=1", "acme/network");
    expect((await ofVersion(1)).items).toEqual([
      {
        artifact,
        number: 1,
        consumer: "acme/network",
        client: "waybill-cli/0.1.0",
        first_at: "2026-01-01T00:00:00.000Z",
        last_at: "2026-01-03T00:00:00.000Z",
        count: 3,
      },
    ]);
    expect((await ofVersion(2)).items).toEqual([]);
  });

  it("each version, consumer and client counts for itself", async () => {
    await resolve("version=1", "one");
    await resolve("", "one");
    await resolve("version=1", "two");
    await resolve("version=1", "two", "waybill-provider/0.1.0");
    const { items } = await ofArtifact();
    expect(items.map(({ number, consumer, client }) => [number, consumer, client]).sort()).toEqual([
      [1, "one", "waybill-cli/0.1.0"],
      [1, "two", "waybill-cli/0.1.0"],
      [1, "two", "waybill-provider/0.1.0"],
      [2, "one", "waybill-cli/0.1.0"],
    ]);
  });

  it("each of many that are resolved in one request is noted, those that fail are not", async () => {
    const queries = [{ artifact, version: 1 }, { artifact }, { artifact, version: 9 }];
    await api.send("POST", "/v1/resolve", { queries }, { "Waybill-Consumer": "many" });
    const { items } = await ofArtifact();
    expect(items.map(({ number, consumer }) => [number, consumer]).sort()).toEqual([
      [1, "many"],
      [2, "many"],
    ]);
  });

  it("an answer that the reader has already counts, too", async () => {
    const etag = (await resolve("", "cached")).headers.get("etag") ?? "";
    const again = await api.get(`/v1/artifacts/${artifact}/resolve`, {
      "If-None-Match": etag,
      "Waybill-Consumer": "cached",
      "User-Agent": "waybill-cli/0.1.0",
    });
    expect(again.status).toBe(304);
    expect((await ofVersion(2)).items).toMatchObject([{ consumer: "cached", count: 2 }]);
  });

  it("a name may be of any script, and is kept within limits", async () => {
    await resolve("", encodeURIComponent("команда/прод"));
    await resolve("", `long-${"x".repeat(300)}`);
    await resolve("", "50% off");
    await resolve("", "a%00b%0Ac");
    const { items } = await ofArtifact();
    expect(items.map((item) => item.consumer).sort()).toEqual([
      "50% off",
      "a b c",
      `long-${"x".repeat(250)}`,
      "команда/прод",
    ]);
    const found = await list(`/v1/consumers?consumer=${encodeURIComponent("команда/прод")}`);
    expect(found.items).toHaveLength(1);
  });

  it("who does not name itself is known by its token", async () => {
    await resolve("", undefined);
    expect((await ofVersion(2)).items).toMatchObject([{ consumer: "token:dev" }]);
  });

  it("what one consumer uses is found in all artifacts that the caller may read", async () => {
    const consumer = `everywhere-${count}`;
    const other = `hidden${count}/a`;
    await api.publish(other, { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
    await resolve("", consumer);
    await api.get(`/v1/artifacts/${other}/resolve`, { "Waybill-Consumer": consumer });
    const found = await list(`/v1/consumers?consumer=${consumer}`);
    expect(found.items.map((item) => item.artifact)).toEqual([other, artifact]);
    const token = newToken();
    const scopes = [{ scope: "read", pattern: "consumers" } as const];
    await test.database.write((tx) =>
      insertToken(tx, { name: `reader${count}`, hash: hashToken(token), scopes }, "2026-01-01T00:00:00.000Z"),
    );
    const strict = new Api(test.database, { dev: false });
    const reply = await strict.get<Page<Consumer>>(`/v1/consumers?consumer=${consumer}`, {
      Authorization: `Bearer ${token}`,
    });
    expect(reply.body.items.map((item) => item.artifact)).toEqual([artifact]);
  });

  it("who has not read for long can be left out", async () => {
    await resolve("version=1", "old");
    api.clock.advance(10 * day);
    await resolve("version=1", "new");
    const { items } = await ofVersion(1, "since=2026-01-05T00:00:00Z");
    expect(items.map((item) => item.consumer)).toEqual(["new"]);
  });

  it("pages stay whole while others are added", async () => {
    for (let index = 0; index < 7; index++) {
      await resolve("version=1", `c${index}`);
      await api.consumptions.flush();
    }
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page<Consumer> = await ofVersion(1, `limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.items.map((item) => item.consumer));
      cursor = page.next_cursor;
      await resolve("version=1", `later${seen.length}`);
      await resolve("version=1", "c0");
    }
    expect(seen).toEqual(["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
  });

  it("what is not there, or not valid, is said", async () => {
    expect(problemOf(await api.get("/v1/artifacts/consumers/none/consumers")).code).toBe(
      "artifact_not_found",
    );
    const version = await api.get(`/v1/artifacts/${artifact}/versions/9/consumers`);
    expect(problemOf(version).code).toBe("version_not_found");
    expect(problemOf(await api.get("/v1/consumers")).code).toBe("invalid_request");
    expect(problemOf(await api.get("/v1/consumers?consumer=x&since=yesterday")).code).toBe("invalid_request");
  });

  describe("what is remembered", () => {
    let versionId = 0;
    const log = { warn: () => {} };

    beforeEach(async () => {
      const version = await test.database.reads
        .selectFrom("versions")
        .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
        .select("versions.id")
        .where("path", "=", artifact)
        .where("number", "=", 1)
        .executeTakeFirstOrThrow();
      versionId = version.id;
    });

    const stored = () =>
      test.database.reads
        .selectFrom("consumptions")
        .select(["consumer", "count"])
        .where("version_id", "=", versionId)
        .execute();

    it("is written when there is a lot of it, without being asked to", async () => {
      const consumptions = new Consumptions(test.database, api.clock.read, log);
      for (let index = 0; index < flushAt - 1; index++) consumptions.record(versionId, `c${index}`, "x");
      expect(await stored()).toEqual([]);
      consumptions.record(versionId, "last", "x");
      await expect.poll(stored).toHaveLength(flushAt);
    });

    it("is kept when it cannot be written, and is then counted once", async () => {
      let broken = true;
      const flaky = {
        ...test.database,
        write: (work: Parameters<typeof test.database.write>[0]) =>
          broken ? Promise.reject(new Error("the disk is full")) : test.database.write(work),
      } as typeof test.database;
      const consumptions = new Consumptions(flaky, api.clock.read, log);
      consumptions.record(versionId, "kept", "x");
      await expect(consumptions.flush()).rejects.toThrow("the disk is full");
      consumptions.record(versionId, "kept", "x");
      broken = false;
      await consumptions.flush();
      await consumptions.flush();
      expect(await stored()).toEqual([{ consumer: "kept", count: 2 }]);
    });

    it("by several servers at the same time is added up", async () => {
      const servers = Array.from({ length: 5 }, () => new Consumptions(test.database, api.clock.read, log));
      for (const server of servers) {
        for (let index = 0; index < 200; index++) server.record(versionId, `c${(index * 7) % 20}`, "x");
      }
      await Promise.all(servers.map((server) => server.flush()));
      const rows = await stored();
      expect(rows).toHaveLength(20);
      expect(rows.every((row) => row.count === 50)).toBe(true);
    });
  });
});
