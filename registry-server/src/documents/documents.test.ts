import { hash, randomBytes } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Build, Document } from "../builds/schema.ts";
import { insertToken } from "../tokens/store.ts";
import { hashToken, newToken } from "../tokens/token.ts";

const mebibyte = 1024 * 1024;

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let build = "";
  let count = 0;

  beforeEach(async () => {
    api = new Api(test.database);
    artifact = `documents/a${++count}`;
    build = `/v1/artifacts/${artifact}/versions/1/builds/a%2Fb`;
    await api.publish(artifact, { fingerprint: "f", builds: [{ name: "a/b", ...ami("ami-1") }] });
  });

  const url = (name: string) => `${build}/documents/${name}`;

  async function put(name: string, body: RequestInit["body"], type?: string) {
    const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
    const response = await api.request(url(name), { method: "PUT", headers, body: body ?? null });
    return { status: response.status, body: (await response.json()) as Document & { code?: string } };
  }

  async function actions() {
    const rows = await test.database.reads
      .selectFrom("events")
      .select(["action", "detail", "number"])
      .where("artifact", "=", artifact)
      .where("action", "like", "document.%")
      .orderBy("id")
      .execute();
    return rows.map((row) => row.action);
  }

  it("come back byte for byte, with the type they were sent with", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const type = 'application/vnd.cyclonedx+json; version="1.6"';
    const sha256 = hash("sha256", bytes);
    expect(await put("sbom.cdx.json", bytes, type)).toEqual({
      status: 201,
      body: { name: "sbom.cdx.json", media_type: type, size: 256, sha256 },
    });
    const response = await api.request(url("sbom.cdx.json"));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": type,
      "content-length": "256",
      etag: `"${sha256}"`,
      "content-disposition": 'attachment; filename="sbom.cdx.json"',
      "x-content-type-options": "nosniff",
    });
  });

  it("may be empty, and of no particular type", async () => {
    expect((await put("empty", new Uint8Array())).body).toMatchObject({
      media_type: "application/octet-stream",
      size: 0,
    });
    expect((await api.request(url("empty"))).status).toBe(200);
  });

  it("are listed with their build, in a new state of the version", async () => {
    const before = (await api.get(build)).headers.get("etag") ?? "";
    const { body: document } = await put("a.json", "{}", "application/json");
    const reply = await api.get<Build>(build, { "If-None-Match": before });
    expect(reply.status).toBe(200);
    expect(reply.body.documents).toEqual([document]);
    expect((await api.version(artifact, 1)).body.builds[0]?.documents).toEqual([document]);
  });

  it("are 304 for who has them", async () => {
    await put("a.json", "{}", "application/json");
    const etag = (await api.request(url("a.json"))).headers.get("etag") ?? "";
    expect((await api.request(url("a.json"), { headers: { "If-None-Match": etag } })).status).toBe(304);
    await put("a.json", "[]", "application/json");
    expect((await api.request(url("a.json"), { headers: { "If-None-Match": etag } })).status).toBe(200);
  });

  it("leave an event with each change, and none without", async () => {
    expect((await put("a.json", "{}", "application/json")).status).toBe(201);
    expect((await put("a.json", "{}", "application/json")).status).toBe(200);
    expect((await put("a.json", "[]", "application/json")).status).toBe(200);
    expect((await put("a.json", "[]", "text/plain")).status).toBe(200);
    expect((await api.send("DELETE", url("a.json"))).status).toBe(204);
    expect((await api.request(url("a.json"))).status).toBe(404);
    expect(await actions()).toEqual([
      "document.attached",
      "document.replaced",
      "document.replaced",
      "document.removed",
    ]);
  });

  it("have 16 MiB at most", async () => {
    const most = randomBytes(16 * mebibyte);
    const { status, body } = await put("most", most, "application/octet-stream");
    expect(status).toBe(201);
    expect(body.size).toBe(16 * mebibyte);
    const back = Buffer.from(await (await api.request(url("most"))).arrayBuffer());
    expect(back.equals(most)).toBe(true);
    const more = await put("more", Buffer.concat([most, Buffer.from([0])]), "application/octet-stream");
    expect(more).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    expect((await api.request(url("more"))).status).toBe(404);
  });

  it("are 64 of a build at most; one that is there can still be replaced", async () => {
    for (let index = 0; index < 64; index++) await put(`d${index}`, "x", "text/plain");
    expect(await put("d64", "x", "text/plain")).toMatchObject({
      status: 409,
      body: { code: "too_many_documents" },
    });
    expect((await put("d63", "y", "text/plain")).status).toBe(200);
  });

  it("of a report that another one replaced are gone, those of an equal one stay", async () => {
    await api.publish("documents/open", { fingerprint: `f${count}`, expected_builds: ["a", "b"] });
    const path = `/v1/artifacts/documents/open/versions/fingerprint:f${count}/builds/a`;
    const report = (id: string) => api.report("documents/open", `f${count}`, "a", ami(id));
    await report("ami-1");
    await api.request(`${path}/documents/sbom`, { method: "PUT", body: "of ami-1" });
    await report("ami-1");
    expect((await api.get<Build>(path)).body.documents).toHaveLength(1);
    await report("ami-2");
    expect((await api.get<Build>(path)).body.documents).toEqual([]);
  });

  it("go with their version", async () => {
    await put("a.json", "{}", "application/json");
    await api.send("DELETE", `/v1/artifacts/${artifact}/versions/1`);
    const rows = await test.database.reads
      .selectFrom("documents")
      .select("documents.id")
      .leftJoin("builds", "builds.id", "documents.build_id")
      .where("builds.id", "is", null)
      .execute();
    expect(rows).toEqual([]);
    expect((await api.request(url("a.json"))).status).toBe(404);
  });

  it("are written by who may publish only", async () => {
    const token = newToken();
    const scopes = [{ scope: "read", pattern: "documents" } as const];
    const row = { name: `reader${count}`, hash: hashToken(token), scopes };
    await test.database.write((tx) => insertToken(tx, row, "2026-01-01T00:00:00.000Z"));
    await put("a.json", "{}", "application/json");
    const strict = new Api(test.database, { dev: false });
    const headers = { Authorization: `Bearer ${token}` };
    const statuses = ["PUT", "DELETE", "GET"].map(
      async (method) =>
        (await strict.request(url("a.json"), { method, headers, ...(method === "PUT" && { body: "x" }) }))
          .status,
    );
    expect(await Promise.all(statuses)).toEqual([403, 403, 200]);
  });

  it.each([
    ["a name with a slash", "a%2Fb", 400, "invalid_request"],
    ["a name that begins with a dot", ".sbom", 400, "invalid_request"],
    ["a name of 129", "a".repeat(129), 400, "invalid_request"],
  ])("%s is refused", async (_what, name, status, code) => {
    expect(await put(name, "x", "text/plain")).toMatchObject({ status, body: { code } });
  });

  it.each(["nonsense", "text/plain\u00e9", "a/b; charset", "text/html, text/plain"])(
    "the type %j is refused",
    async (type) => {
      expect(await put("a", "x", type)).toMatchObject({
        status: 415,
        body: { code: "unsupported_media_type" },
      });
    },
  );

  it("what is not there is said", async () => {
    const missing = await api.get<{ code: string; documents: string[] }>(url("none"));
    expect(missing).toMatchObject({ status: 404, body: { code: "document_not_found", documents: [] } });
    const noBuild = await api.get(`/v1/artifacts/${artifact}/versions/1/builds/z/documents/a`);
    expect(noBuild.body.code).toBe("build_not_found");
    const noVersion = await api.get(`/v1/artifacts/${artifact}/versions/9/builds/z/documents/a`);
    expect(noVersion.body.code).toBe("version_not_found");
    expect((await api.send("DELETE", url("none"))).body.code).toBe("document_not_found");
  });
});
