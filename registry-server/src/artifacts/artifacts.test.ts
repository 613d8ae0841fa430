import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Artifact } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;

  beforeAll(() => {
    api = new Api(test.database);
  });

  it("are created by PUT, and changed by it where something is given", async () => {
    const path = "/v1/artifacts/put/one";
    const first = await api.send<Artifact>("PUT", path, { description: "d", labels: { a: "b" } });
    expect([first.status, first.body]).toEqual([
      201,
      {
        artifact: "put/one",
        namespace: "put",
        name: "one",
        description: "d",
        labels: { a: "b" },
        retention: null,
        latest: null,
        versions: 0,
        created_at: "2026-01-01T00:00:00.000Z",
        updated_at: "2026-01-01T00:00:00.000Z",
      },
    ]);
    api.clock.advance(1);
    const changed = await api.send<Artifact>("PUT", path, { description: null });
    expect([changed.status, changed.body.description, changed.body.labels]).toEqual([200, null, { a: "b" }]);
    expect(changed.body.updated_at).toBe("2026-01-01T00:00:00.001Z");
    expect((await api.get(path)).body).toEqual(changed.body);
  });

  it("count their complete versions and know their latest", async () => {
    await api.publish("count/one", { fingerprint: "f1", builds: [{ name: "a", ...ami("ami-1") }] });
    await api.publish("count/one", {
      fingerprint: "f2",
      latest: false,
      builds: [{ name: "a", ...ami("ami-2") }],
    });
    await api.publish("count/one", { fingerprint: "f3", expected_builds: ["a"] });
    expect((await api.get("/v1/artifacts/count/one")).body).toMatchObject({ versions: 2, latest: 1 });
  });

  it("go with all their versions, while name and counter stay", async () => {
    const build = (id: string) => [{ name: "a", ...ami(id) }];
    await api.publish("delete/one", { fingerprint: "f1", semver: "1.0.0", builds: build("ami-1") });
    await api.publish("delete/one", { fingerprint: "f2", expected_builds: ["a"] });
    expect((await api.send("DELETE", "/v1/artifacts/delete/one")).status).toBe(204);
    for (const path of ["", "/versions", "/versions/1", "/versions/fingerprint:f2", "/resolve"]) {
      expect(problemOf(await api.get(`/v1/artifacts/delete/one${path}`)).code).toBe("artifact_not_found");
    }
    expect(problemOf(await api.send("DELETE", "/v1/artifacts/delete/one")).code).toBe("artifact_not_found");
    expect((await api.artifacts("namespace=delete")).body.items).toEqual([]);
    expect(
      (await api.images("external_id=ami-1&platform=aws")).body.items.map((i) => i.artifact),
    ).not.toContain("delete/one");
    const next = await api.publish("delete/one", {
      fingerprint: "f1",
      semver: "1.0.0",
      builds: build("ami-2"),
    });
    expect(next).toMatchObject({ number: 2, semver: "1.0.0" });
    expect((await api.get("/v1/artifacts/delete/one")).body).toMatchObject({ versions: 1, latest: 2 });
    expect(problemOf(await api.version("delete/one", 1)).code).toBe("version_not_found");
  });

  describe("lists", () => {
    it("are filtered by namespace and by part of name or description", async () => {
      for (const name of ["list/web", "list/db_1", "other/web"])
        await api.send("PUT", `/v1/artifacts/${name}`, {});
      await api.send("PUT", "/v1/artifacts/list/cache", { description: "Holds 100% of the Web" });
      const names = async (query: string) =>
        (await api.artifacts(query)).body.items.map((item) => item.artifact);
      expect(await names("namespace=list")).toEqual(["list/cache", "list/db_1", "list/web"]);
      expect(await names("namespace=list&q=WEB")).toEqual(["list/cache", "list/web"]);
      expect(await names("q=db_")).toEqual(["list/db_1"]);
      expect(await names("q=b%251")).toEqual([]);
      expect(await names("q=100%25")).toEqual(["list/cache"]);
      expect(await names("namespace=nobody")).toEqual([]);
    });

    it("page without a gap or a repetition while others add", async () => {
      for (let index = 0; index < 7; index++) await api.send("PUT", `/v1/artifacts/page/a${index}`, {});
      const seen: string[] = [];
      let cursor = "";
      for (;;) {
        const { body } = await api.artifacts(`namespace=page&limit=2${cursor}`);
        seen.push(...body.items.map((item) => item.name));
        await api.send("PUT", `/v1/artifacts/page/a0${seen.length}`, {});
        if (body.next_cursor === null) break;
        cursor = `&cursor=${body.next_cursor}`;
      }
      expect(seen).toEqual(["a0", "a1", "a2", "a3", "a4", "a5", "a6"]);
    });

    it("of versions page newest first, while others add", async () => {
      const add = (name: string) =>
        api.publish("page/versions", { fingerprint: name, expected_builds: ["a"] });
      for (let index = 0; index < 5; index++) await add(`f${index}`);
      const seen: string[] = [];
      let cursor = "";
      for (;;) {
        const { body } = await api.versions("page/versions", `limit=2${cursor}`);
        seen.push(...body.items.map((item) => item.fingerprint));
        await add(`late${seen.length}`);
        if (body.next_cursor === null) break;
        cursor = `&cursor=${body.next_cursor}`;
      }
      expect(seen).toEqual(["f4", "f3", "f2", "f1", "f0"]);
    });
  });
});
