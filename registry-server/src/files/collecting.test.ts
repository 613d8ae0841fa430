import { hash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { Api, day, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { serverCaller } from "../tokens/scopes.ts";
import { collectFiles, collectUnknown } from "./collecting.ts";
import { openDirectoryStore } from "./stores/directory.ts";
import type { FileStore } from "./stores/store.ts";

const never = new AbortController().signal;

forEachDatabase((test) => {
  const root = mkdtempSync(join(tmpdir(), "waybill-files-"));
  const store = openDirectoryStore(root);
  let api: Api;
  let artifact = "";
  let count = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  beforeEach(() => {
    api = new Api(test.database, { files: store });
    artifact = `collect${++count}/a`;
  });

  const fileOf = (bytes: Uint8Array) => ({ path: "f", size: bytes.length, sha256: hash("sha256", bytes) });
  const put = (bytes: Uint8Array, of = artifact) =>
    api.request(`/v1/artifacts/${of}/files/${fileOf(bytes).sha256}`, {
      method: "PUT",
      body: new Uint8Array(bytes),
    });
  const report = (bytes: Uint8Array, fingerprint: string, of = artifact) =>
    api.send("POST", `/v1/artifacts/${of}/versions`, {
      fingerprint,
      builds: [{ name: "b", artifact_type: "x", files: [fileOf(bytes)] }],
    });
  const collect = (over: FileStore = store) =>
    collectFiles(
      { database: test.database, store: over, clock: api.clock.read },
      serverCaller("files"),
      never,
    );
  const isThere = async (bytes: Uint8Array) => (await store.size(fileOf(bytes).sha256)) !== undefined;
  const usage = async () => {
    const [namespace = ""] = artifact.split("/");
    const query = test.database.reads
      .selectFrom("namespaces")
      .select("used_bytes")
      .where("name", "=", namespace);
    return (await query.executeTakeFirstOrThrow()).used_bytes;
  };

  it("lets go of what no build has named for a day, and not before", async () => {
    const [named, unnamed] = [randomBytes(10), randomBytes(20)];
    await put(named);
    await put(unnamed);
    await report(named, "f");
    api.clock.advance(day - 1);
    expect(await collect()).toEqual({ released: 0, removed: 0 });
    api.clock.advance(1);
    expect(await collect()).toEqual({ released: 1, removed: 1 });
    expect([await isThere(named), await isThere(unnamed)]).toEqual([true, false]);
    expect(await usage()).toBe(10);
    const events = test.database.reads
      .selectFrom("events")
      .select("detail")
      .where("action", "=", "file.released");
    expect(await events.where("artifact", "=", artifact).execute()).toHaveLength(1);
    expect(await collect()).toEqual({ released: 0, removed: 0 });
  });

  it("keeps what somebody asked for a day from then", async () => {
    const bytes = randomBytes(10);
    await put(bytes);
    api.clock.advance(day - 1);
    expect((await api.get(`/v1/artifacts/${artifact}/files/${fileOf(bytes).sha256}`)).status).toBe(200);
    api.clock.advance(day - 1);
    await collect();
    expect((await report(bytes, "f")).status).toBe(201);
  });

  it("lets go of files a day after their version is deleted, abandoned or expired, unless another one names them", async () => {
    const [bytes, shared] = [randomBytes(10), randomBytes(20)];
    for (const one of [bytes, shared]) await put(one);
    await report(bytes, "f1");
    await report(shared, "f2");
    await report(shared, "f3");
    expect((await api.send("DELETE", `/v1/artifacts/${artifact}/versions/1`)).status).toBe(204);
    expect((await api.send("DELETE", `/v1/artifacts/${artifact}/versions/2`)).status).toBe(204);
    expect(await collect()).toEqual({ released: 0, removed: 0 });
    api.clock.advance(day);
    expect(await collect()).toEqual({ released: 1, removed: 1 });
    expect([await isThere(bytes), await isThere(shared)]).toEqual([false, true]);
    await api.send("DELETE", `/v1/artifacts/${artifact}/versions/3`);
    api.clock.advance(day);
    expect(await collect()).toEqual({ released: 1, removed: 1 });
  });

  it.each(["abandoned", "expired", "reported again", "deleted with its artifact"])(
    "lets go of the files of a build whose version is %s",
    async (how) => {
      const bytes = randomBytes(10);
      await put(bytes);
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      expect(
        (await api.report(artifact, "f", "a", { artifact_type: "x", files: [fileOf(bytes)] })).status,
      ).toBe(200);
      if (how === "abandoned") await api.send("DELETE", `/v1/artifacts/${artifact}/versions/fingerprint:f`);
      if (how === "expired") {
        api.clock.advance(8 * day);
        await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"] });
      }
      if (how === "reported again") {
        await api.report(artifact, "f", "a", {
          artifact_type: "x",
          files: [{ ...fileOf(bytes), stored: false }],
        });
      }
      if (how === "deleted with its artifact") await api.send("DELETE", `/v1/artifacts/${artifact}`);
      api.clock.advance(day);
      expect(await collect()).toEqual({ released: 1, removed: 1 });
      expect(await usage()).toBe(0);
    },
  );

  it("leaves what another artifact holds where it is", async () => {
    const bytes = randomBytes(10);
    await put(bytes);
    await put(bytes, `${artifact}2`);
    await report(bytes, "f", `${artifact}2`);
    api.clock.advance(day);
    expect(await collect()).toEqual({ released: 1, removed: 0 });
    expect(await usage()).toBe(10);
    expect(await isThere(bytes)).toBe(true);
  });

  it("goes on with a removal that another server began and did not end", async () => {
    const bytes = randomBytes(10);
    await put(bytes);
    api.clock.advance(day);
    const failing: FileStore = { ...store, remove: () => Promise.reject(new Error("killed")) };
    await expect(collect(failing)).rejects.toThrow("killed");
    expect(problemOf(await report(bytes, "f"))).toMatchObject({ code: "file_missing" });
    expect(await collect()).toEqual({ released: 0, removed: 0 });
    api.clock.advance(10 * 60_000);
    expect(await collect()).toEqual({ released: 0, removed: 1 });
    expect((await put(bytes)).status).toBe(201);
    expect((await report(bytes, "f")).status).toBe(201);
  });

  it("never takes bytes from a report or an upload that comes at the same moment", async () => {
    for (let round = 0; round < 20; round++) {
      const bytes = randomBytes(10);
      await put(bytes);
      api.clock.advance(day);
      const [, reported, again] = await Promise.all([collect(), report(bytes, `f${round}`), put(bytes)]);
      expect([201, 409]).toContain(reported.status);
      expect([200, 201]).toContain(again.status);
      await collect();
      // Whatever was acknowledged is there; what was refused can be sent and reported again.
      expect(await isThere(bytes)).toBe(true);
      expect([200, 201]).toContain((await report(bytes, `f${round}`)).status);
      api.clock.advance(2 * day);
      await collect();
      expect(await isThere(bytes)).toBe(true);
    }
  });

  it("removes unfinished uploads and what the database does not know, when they are old", async () => {
    const bytes = randomBytes(10);
    await put(bytes);
    const [old, fresh] = [new Date(api.clock.read().getTime() - day - 1), api.clock.read()];
    const unknown = randomBytes(10);
    const upload = store.put(new Blob([unknown]).stream(), { ...fileOf(unknown), most: 10 });
    await upload;
    const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256);
    for (const sha256 of [fileOf(bytes).sha256, fileOf(unknown).sha256]) utimesSync(pathOf(sha256), old, old);
    for (const [name, at] of [
      ["old", old],
      ["fresh", fresh],
    ] as const) {
      writeFileSync(join(root, "incoming", name), "x");
      utimesSync(join(root, "incoming", name), at, at);
    }
    const needs = { database: test.database, store, clock: api.clock.read };
    expect(await collectUnknown(needs, never)).toEqual({ unfinished: 1, removed: 1 });
    expect([await isThere(bytes), await isThere(unknown)]).toEqual([true, false]);
    expect(await collectUnknown(needs, never)).toEqual({ unfinished: 0, removed: 0 });
  });
});
