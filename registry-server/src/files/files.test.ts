import { hash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { Api, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import { openDirectoryStore } from "./stores/directory.ts";
import type { FileStore } from "./stores/store.ts";

const sha256 = (bytes: Uint8Array) => hash("sha256", bytes);

forEachDatabase((test) => {
  const root = mkdtempSync(join(tmpdir(), "waybill-files-"));
  const store = openDirectoryStore(root);
  let api: Api;
  let artifact = "";
  let bytes = Buffer.alloc(0);
  let count = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  beforeEach(() => {
    api = new Api(test.database, { files: store });
    artifact = `files${++count}/a`;
    bytes = randomBytes(1_000);
  });

  const held = (sha: string, of = artifact) => `/v1/artifacts/${of}/files/${sha}`;
  type Put = {
    of?: string;
    sha?: string;
    headers?: Record<string, string>;
    to?: Api;
    size?: number | undefined;
  };
  async function put(content: Uint8Array, how: Put = {}) {
    const { of = artifact, sha = sha256(content), headers = {}, to = api, size } = how;
    const length = size === undefined ? {} : { "Content-Length": String(size) };
    const response = await to.request(held(sha, of), {
      method: "PUT",
      body: new Uint8Array(content),
      headers: { ...headers, ...length },
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const file = (content: Uint8Array, path = "out/box.img") => ({
    path,
    size: content.length,
    sha256: sha256(content),
  });
  const publish = (files: object[], of = artifact, fingerprint = `f${count}`) =>
    api.send("POST", `/v1/artifacts/${of}/versions`, {
      fingerprint,
      builds: [{ name: "qemu/a", artifact_type: "qemu.image", files }],
    });
  const download = (path: string, init: RequestInit = {}, of = artifact) =>
    api.request(`/v1/artifacts/${of}/versions/1/builds/qemu%2Fa/files/${path}`, init);
  const usedBy = async (namespace: string) => {
    const row = test.database.reads
      .selectFrom("namespaces")
      .select("used_bytes")
      .where("name", "=", namespace);
    return (await row.executeTakeFirstOrThrow()).used_bytes;
  };

  async function storedBytes(): Promise<number> {
    let sum = 0;
    for await (const { size } of store.list()) sum += size;
    return sum;
  }

  it("go in before their build is reported, and come back byte for byte", async () => {
    expect(await put(bytes)).toMatchObject({ status: 201, body: { sha256: sha256(bytes), size: 1_000 } });
    expect((await put(bytes)).status).toBe(200);
    const published = await publish([file(bytes)]);
    expect(published.status).toBe(201);
    expect(published.body).toMatchObject({ builds: [{ files: [{ ...file(bytes), stored: true }] }] });
    for (const path of ["out%2Fbox.img", "out/box.img"]) {
      const response = await download(path);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": "application/octet-stream",
        "content-length": "1000",
        "accept-ranges": "bytes",
        etag: `"${sha256(bytes)}"`,
        "content-disposition": 'attachment; filename="box.img"',
        "x-content-type-options": "nosniff",
      });
    }
  });

  it("that a build names stay, also when they are sent again", async () => {
    await put(bytes);
    expect((await publish([file(bytes)])).status).toBe(201);
    expect((await put(bytes)).status).toBe(200);
    const blobs = test.database.reads.selectFrom("blobs").select(["state", "due_at"]);
    const [blob] = await blobs.where("sha256", "=", sha256(bytes)).execute();
    expect(blob).toEqual({ state: "stored", due_at: null });
  });

  it("may be empty", async () => {
    const none = Buffer.alloc(0);
    expect((await put(none)).status).toBe(201);
    expect((await publish([file(none)])).status).toBe(201);
    const response = await download("out/box.img");
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0]);
  });

  it("are asked for by HEAD, which tells what there is and no more", async () => {
    const ask = () => api.request(held(sha256(bytes)), { method: "HEAD" });
    expect((await ask()).status).toBe(404);
    await put(bytes);
    const there = await ask();
    expect([there.status, await there.text()]).toEqual([200, ""]);
  });

  it("are given in parts, to who has them not at all, and to who wants to go on only if they are the same", async () => {
    await put(bytes);
    await publish([file(bytes)]);
    const etag = `"${sha256(bytes)}"`;
    const part = async (headers: Record<string, string>) => {
      const response = await download("out/box.img", { headers });
      return [
        response.status,
        response.headers.get("content-range"),
        Buffer.from(await response.arrayBuffer()),
      ];
    };
    expect(await part({ Range: "bytes=10-19" })).toEqual([206, "bytes 10-19/1000", bytes.subarray(10, 20)]);
    expect(await part({ Range: "bytes=990-" })).toEqual([206, "bytes 990-999/1000", bytes.subarray(990)]);
    expect(await part({ Range: "bytes=-5" })).toEqual([206, "bytes 995-999/1000", bytes.subarray(995)]);
    expect(await part({ Range: "bytes=-5000" })).toEqual([206, "bytes 0-999/1000", bytes]);
    expect(await part({ Range: "bytes=5-4" })).toEqual([200, null, bytes]);
    expect(await part({ Range: "bytes=0-1,3-4" })).toEqual([200, null, bytes]);
    expect(await part({ Range: "bytes=1-1", "If-Range": etag })).toEqual([
      206,
      "bytes 1-1/1000",
      bytes.subarray(1, 2),
    ]);
    expect(await part({ Range: "bytes=1-1", "If-Range": '"other"' })).toEqual([200, null, bytes]);
    expect((await part({ "If-None-Match": etag }))[0]).toBe(304);
    const beyond = await download("out/box.img", { headers: { Range: "bytes=1000-" } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */1000"]);
    expect(await beyond.json()).toMatchObject({ code: "range_not_satisfiable" });
    const head = await download("out/box.img", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "1000", ""]);
  });

  it("are stored only when they are what they are said to be", async () => {
    const other = sha256(randomBytes(9));
    const refused = await put(bytes, { sha: other });
    expect(problemOf(refused)).toMatchObject({ status: 422, code: "file_differs", sha256: sha256(bytes) });
    expect(await store.size(other)).toBeUndefined();
    expect(await store.size(sha256(bytes))).toBeUndefined();
    const upper = await put(bytes, { sha: sha256(bytes).toUpperCase() });
    expect(problemOf(upper)).toMatchObject({ status: 400, code: "invalid_request" });
    const large = randomBytes(1024 * 1024 + 1);
    expect(problemOf(await put(large))).toMatchObject({ status: 413, code: "body_too_large" });
  });

  it("that nobody has uploaded make a report that names them fail, unless they are recorded only", async () => {
    const refused = problemOf(await publish([{ ...file(bytes) }, { ...file(bytes, "b"), stored: false }]));
    expect(refused).toMatchObject({ status: 409, code: "file_missing", files: [file(bytes)], missing: 1 });
    expect((await publish([{ ...file(bytes), stored: false }])).status).toBe(201);
    const response = await download("out/box.img");
    expect(await response.json()).toMatchObject({ status: 404, code: "file_not_found" });
    expect(await (await download("no")).json()).toMatchObject({
      code: "file_not_found",
      files: ["out/box.img"],
    });
  });

  it("must be as large as the report says", async () => {
    await put(bytes);
    const problem = problemOf(await publish([{ ...file(bytes), size: 999 }]));
    expect(problem).toMatchObject({ status: 400, errors: [{ path: "files[0].size" }] });
  });

  it.each(["/etc/passwd", "../a", "a/../../b", "a//b", "a/", "C:\\a", "C:/a", "a\\..\\b", ".", "a/./b"])(
    "are not stored under the path %j, but may be recorded",
    async (path) => {
      await put(bytes);
      expect(problemOf(await publish([file(bytes, path)]))).toMatchObject({ code: "invalid_request" });
      expect((await publish([{ ...file(bytes, path), stored: false }])).status).toBe(201);
    },
  );

  it("of another artifact are told of and used only by who may read them there", async () => {
    const secret = `secret${count}/a`;
    await put(bytes, { of: secret });
    const stranger = await addToken(test.database, `stranger${count}`, [
      { scope: "publish", pattern: artifact.split("/")[0] ?? "" },
    ]);
    const reader = await addToken(test.database, `reader${count}`, [
      { scope: "publish", pattern: artifact.split("/")[0] ?? "" },
      { scope: "read", pattern: secret },
    ]);
    const guarded = new Api(test.database, { files: store, dev: false });
    await api.send("PUT", `/v1/artifacts/${artifact}`, {});
    const ask = (token: { Authorization: string }) => guarded.get(held(sha256(bytes)), token);
    expect((await ask(stranger)).status).toBe(404);
    const report = {
      fingerprint: "s",
      builds: [{ name: "qemu/a", artifact_type: "x", files: [file(bytes)] }],
    };
    const path = `/v1/artifacts/${artifact}/versions`;
    const refused = await guarded.send("POST", path, report, stranger);
    expect(problemOf(refused)).toMatchObject({ code: "file_missing" });
    const published = await guarded.send("POST", path, report, reader);
    expect(published.status, JSON.stringify(published.body)).toBe(201);
    expect((await ask(stranger)).status).toBe(200);
  });

  it("that the store has are stored once, yet count only for who has proven to have them", async () => {
    const [other, again] = [`more${count}/a`, `${artifact}2`];
    await put(bytes);
    let writes = 0;
    const counting: FileStore = {
      ...store,
      put: () => {
        writes++;
        return Promise.reject(new Error("written again"));
      },
    };
    api = new Api(test.database, { files: counting });
    expect((await put(bytes, { of: other })).status).toBe(201);
    expect((await put(bytes, { of: again })).status).toBe(201);
    expect(writes).toBe(0);
    expect(await usedBy(other.split("/")[0] ?? "")).toBe(1_000);
    // Two artifacts of one namespace hold them.
    expect(await usedBy(artifact.split("/")[0] ?? "")).toBe(1_000);
    const wrong = await put(randomBytes(1_000), { of: `third${count}/a`, sha: sha256(bytes) });
    expect(problemOf(wrong)).toMatchObject({ code: "file_differs" });
  });

  it("stay within the quota of their namespace", async () => {
    const [namespace = ""] = artifact.split("/");
    await put(bytes);
    const update = test.database.write((tx) =>
      tx.updateTable("namespaces").set({ quota_bytes: 1_500 }).where("name", "=", namespace).execute(),
    );
    await update;
    const refused = problemOf(await put(randomBytes(501)));
    expect(refused).toMatchObject({
      status: 413,
      code: "quota_exceeded",
      used_bytes: 1_000,
      quota_bytes: 1_500,
      needed_bytes: 501,
      detail: expect.stringContaining(
        "uses 1000 bytes of the 1.5 KiB that it may, so it cannot take 501 bytes more",
      ),
    });
    expect((await put(bytes, { of: `${namespace}/b` })).status).toBe(201);
    expect((await put(randomBytes(500))).status).toBe(201);
    expect(await usedBy(namespace)).toBe(1_500);
    const elsewhere = randomBytes(1);
    await put(elsewhere, { of: `free${count}/a` });
    expect(problemOf(await publish([file(elsewhere)]))).toMatchObject({ code: "quota_exceeded" });
  });

  it("are kept within the quota also when they come at the same time, or do not say how large they are", async () => {
    const [namespace = ""] = artifact.split("/");
    await put(Buffer.alloc(0));
    await test.database.write((tx) =>
      tx.updateTable("namespaces").set({ quota_bytes: 2_500 }).where("name", "=", namespace).execute(),
    );
    const before = await storedBytes();
    // Half of them to another server, which does not know what this one is just taking in.
    const other = new Api(test.database, { files: store });
    const some = (to: Api, size?: number) =>
      Array.from({ length: 3 }, () => put(randomBytes(1_000), { to, size }));
    const replies = await Promise.all([...some(api), ...some(api, 1_000), ...some(other)]);
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(2);
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201, 413]));
    expect(await usedBy(namespace)).toBe(2_000);
    // What was refused takes no room for a day either.
    expect((await storedBytes()) - before).toBe(2_000);
    const more = new Blob([randomBytes(2_000)]).stream();
    const init = { method: "PUT", body: more, duplex: "half" } as RequestInit;
    expect((await api.request(held("0".repeat(64)), init)).status).toBe(413);
  });

  it("that are uploaded twice at once are there once", async () => {
    const replies = await Promise.all([1, 2, 3, 4].map(() => put(bytes)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 200, 200, 201]);
    expect(await usedBy(artifact.split("/")[0] ?? "")).toBe(1_000);
    expect(await store.size(sha256(bytes))).toBe(1_000);
  });

  it("leave an event when an artifact comes to hold them", async () => {
    await put(bytes);
    await put(bytes);
    const events = test.database.reads
      .selectFrom("events")
      .select(["action"])
      .where("artifact", "=", artifact);
    expect((await events.orderBy("id").execute()).map((event) => event.action)).toEqual([
      "artifact.created",
      "file.held",
    ]);
  });

  it("are refused with a sentence while the store takes none, and leave nothing behind", async () => {
    const full: FileStore = {
      ...store,
      async put(content) {
        for await (const _ of content) break;
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      },
    };
    const lines: string[] = [];
    api = new Api(test.database, { files: full, logTo: (line) => lines.push(line) });
    const refused = problemOf(await put(bytes));
    expect(refused).toMatchObject({ status: 503, code: "unavailable" });
    expect(refused.detail).toContain("its disk is full");
    expect(lines.join("")).toContain("ENOSPC");
    api = new Api(test.database, { files: store });
    expect((await api.get(held(sha256(bytes)))).status).toBe(404);
    expect((await put(bytes)).status).toBe(201);
  });
});
