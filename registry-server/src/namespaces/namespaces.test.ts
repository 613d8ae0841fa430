import { beforeAll, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import type { Artifact } from "../artifacts/schema.ts";
import { readJson } from "../database/json.ts";
import { everything } from "../tokens/scopes.ts";
import type { Version, VersionSummary } from "../versions/schema.ts";
import type { Namespace } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let admin = {};
  let team = {};
  let reader = {};

  beforeAll(async () => {
    api = new Api(test.database, { dev: false });
    admin = await addToken(test.database, "root", everything);
    team = await addToken(test.database, "team", [{ scope: "admin", pattern: "open" }]);
    reader = await addToken(test.database, "reader", [{ scope: "read", pattern: "closed/web" }]);
    for (const artifact of ["open/web", "closed/web", "closed/db"]) {
      const builds = [{ name: "a", ...ami("ami-1") }];
      const path = `/v1/artifacts/${artifact}/versions`;
      expect((await api.send("POST", path, { fingerprint: "f", builds }, admin)).status).toBe(201);
    }
  });

  const put = (change: object, who = admin, name = "open") =>
    api.send<Namespace>("PUT", `/v1/namespaces/${name}`, change, { ...who });
  const listed = async <T extends { artifact?: string }>(path: string, who = {}) => {
    const reply = await api.get<Page<T>>(path, who);
    return reply.status === 200 ? reply.body.items.map((item) => item.artifact) : reply.status;
  };

  it("are closed until they are opened: then everybody reads them, with and without a token, at once", async () => {
    expect(await listed("/v1/artifacts")).toBe(401);
    expect((await put({ anonymous_read: true }, team)).body).toMatchObject({
      namespace: "open",
      anonymous_read: true,
      quota_bytes: null,
    });
    expect(await listed<Artifact>("/v1/artifacts")).toEqual(["open/web"]);
    expect(await listed<Artifact>("/v1/artifacts", reader)).toEqual(["closed/web", "open/web"]);
    expect(await listed<VersionSummary>("/v1/search?external_id=ami-1")).toEqual(["open/web"]);
    expect(await listed<Artifact>("/v1/images?external_id=ami-1")).toEqual(["open/web"]);
    const version = await api.get<Version>("/v1/artifacts/open/web/versions/1");
    expect(version.body.number).toBe(1);
    const names = async (who: object) =>
      (await api.get<Page<Namespace>>("/v1/namespaces", { ...who })).body.items.map((one) => one.namespace);
    expect(await names({})).toEqual(["open"]);
    expect(await names(reader)).toEqual(["open"]);
    expect(await names(admin)).toEqual(["closed", "open"]);
    await put({ anonymous_read: false });
    expect(await listed("/v1/artifacts")).toBe(401);
    expect(await listed<Artifact>("/v1/artifacts", reader)).toEqual(["closed/web"]);
  });

  it("that are open tell whoever sends no token nothing of closed ones, and let them change nothing", async () => {
    await put({ anonymous_read: true });
    for (const artifact of ["closed/web", "closed/none", "none/none"]) {
      const reply = await api.get(`/v1/artifacts/${artifact}`);
      expect(problemOf(reply)).toMatchObject({ status: 401, code: "unauthorized" });
    }
    const queries = ["open/web", "closed/web", "closed/none"].map((artifact) => ({ artifact }));
    const many = await api.send<{ results: object[] }>("POST", "/v1/resolve", { queries });
    const [open, closed, none] = many.body.results.map((result) => JSON.stringify(result));
    expect(open).toContain('"resolved"');
    expect(closed).toBe(none);
    const writes: [string, string, object?][] = [
      ["PUT", "/v1/artifacts/open/web", { description: "x" }],
      ["PUT", "/v1/artifacts/open/web/channels/c", { version: 1 }],
      ["DELETE", "/v1/artifacts/open/web/versions/1"],
      ["PUT", "/v1/namespaces/open", { anonymous_read: true }],
    ];
    for (const [method, path, body] of writes) {
      expect([path, (await api.send(method, path, body)).status]).toEqual([path, 401]);
    }
    for (const path of ["/v1/artifacts/open/web/consumers", "/v1/consumers?consumer=x", "/v1/tokens/self"]) {
      expect([path, (await api.get(path)).status]).toEqual([path, 401]);
    }
  });

  it("a wrong token is refused also where none is needed", async () => {
    await put({ anonymous_read: true });
    const wrong = { Authorization: `Bearer wbl_${"x".repeat(43)}` };
    expect((await api.get("/v1/artifacts/open/web", wrong)).status).toBe(401);
  });

  it("are described by their admin, and limited by that of the registry", async () => {
    expect((await put({ description: "Web" }, team)).body.description).toBe("Web");
    const refused = await put({ description: "Web!", quota_bytes: 1 }, team);
    expect(problemOf(refused)).toMatchObject({ status: 403, code: "forbidden" });
    expect((await put({ quota_bytes: 10 })).body).toMatchObject({ description: "Web", quota_bytes: 10 });
    expect((await put({ quota_bytes: null })).body.quota_bytes).toBeNull();
    const made = await put({ description: "New" }, admin, "new");
    expect([made.status, made.body.namespace]).toEqual([200, "new"]);
  });

  it("leave an event when something changed, and only then", async () => {
    const events = async () =>
      (await test.database.reads.selectFrom("events").selectAll().orderBy("id").execute()).filter(
        (event) => event.action === "namespace.changed",
      );
    await put({ description: "A" });
    const before = await events();
    await put({ description: "A" });
    expect(await events()).toEqual(before);
    await put({ description: "B" });
    const last = (await events()).at(-1);
    expect(last && readJson(last.detail)).toMatchObject({
      before: { namespace: "open", description: "A" },
      after: { namespace: "open", description: "B" },
    });
  });

  it("that may not be read answer as those that are not there", async () => {
    const ask = async (name: string) => {
      const reply = await api.get(`/v1/namespaces/${name}`, { ...reader });
      return [reply.status, JSON.stringify(reply.body).replaceAll(name, "it")];
    };
    expect(await ask("closed")).toEqual(await ask("none"));
    expect((await api.get(`/v1/namespaces/none`, { ...admin })).body.code).toBe("namespace_not_found");
  });

  it("may be open in great number", async () => {
    await test.database.write(async (tx) => {
      const created_at = "2026-01-01T00:00:00.000Z";
      const rows = Array.from({ length: 1_500 }, (_, n) => ({
        name: `n${n}`,
        created_at,
        anonymous_read: 1,
      }));
      await tx.insertInto("namespaces").values(rows).execute();
    });
    expect(await listed<Artifact>("/v1/artifacts")).toEqual(["open/web"]);
    expect(await listed<VersionSummary>("/v1/search?external_id=ami-1")).toEqual(["open/web"]);
  });
});
