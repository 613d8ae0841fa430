import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { packTar, unpackTar } from "modern-tar";
import { describe, expect, it } from "vitest";
import { Api } from "../../test/api.ts";
import { Registries } from "../../test/registries.ts";
import { runAsItIs, schemas } from "../../test/schemas.ts";
import { openDatabase } from "../database/database.ts";
import type { FileStore } from "../files/stores/store.ts";
import { backupToFile } from "./backup.ts";
import { tablesOf } from "./catalog.ts";
import { checkRegistry } from "./check.ts";
import { migrateRegistry } from "./migrate.ts";
import { restoreFrom, verifyArchive } from "./restore.ts";
import { sumsOf } from "./tables.ts";

const newest = schemas.length;
const progress = () => {};
const pairs = (["sqlite", "postgres"] as const).flatMap((from) =>
  (["sqlite", "postgres"] as const).map((to) => [from, to] as const),
);

const registries = new Registries();
const contents = async (url: string) =>
  (await registries.place(url)).read(async (connection) => sumsOf(connection, await tablesOf(connection)));

async function backup(of: { url: string; files: FileStore }, name = "backup.tar"): Promise<string> {
  const path = registries.path(name);
  await backupToFile(path, { place: await registries.place(of.url), files: of.files, progress });
  return path;
}

async function restore(path: string, url: string, store = registries.store("restored")) {
  return restoreFrom(createReadStream(path), path, { place: await registries.place(url), store, progress });
}

/** What is left of a database that nothing was put into: no file, or no table. */
async function isEmpty(url: string): Promise<boolean> {
  if (url.startsWith("sqlite:")) return readdirSync(join(url.slice("sqlite:".length), "..")).length === 0;
  const database = await import("pg").then(({ default: pg }) => new pg.Client({ connectionString: url }));
  await database.connect();
  const { rows } = await database.query("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace");
  await database.end();
  return rows.length === 0;
}

describe.each(pairs)("from %s to %s", (from, to) => {
  it("a backup is restored with all that was in it, and the registry goes on", async () => {
    const source = await registries.filled(from);
    const path = await backup(source);
    const url = await registries.empty(to);
    const store = registries.store("restored");
    const { beginning, end } = await restore(path, url, store);
    expect(beginning.schema).toBe(newest);
    // What nobody holds may go at any moment, so it did not come along.
    expect(end.files).toEqual({ count: 1, bytes: 5 });
    const { blobs, ...others } = await contents(url);
    expect({ ...others, blobs: end.tables.blobs }).toEqual(await contents(source.url));
    expect(blobs?.rows).toBe(1);
    expect(
      (await checkRegistry({ place: await registries.place(url), files: store, progress }, false)).findings,
    ).toEqual([]);

    const database = await openDatabase(url, { warn: () => {} });
    const api = new Api(database);
    const image = { platform: "aws", region: "us-east-1", external_id: "ami-new" };
    const builds = [{ name: "new", artifact_type: "amazon.ami", images: [image] }];
    expect((await api.publish("acme/base", { fingerprint: "new", builds })).number).toBe(4);
    await database.close();
    await expect(runAsItIs(url, "DELETE FROM events")).rejects.toThrow(/only ever added/);
    await expect(runAsItIs(url, "UPDATE events SET actor = 'nobody'")).rejects.toThrow(/only ever added/);
  });

  it("an archive of an earlier schema is restored and brought up to date", async () => {
    const source = await registries.filled(from, 2);
    const url = await registries.empty(to);
    await restore(await backup(source), url);
    const expected = await contents(source.url);
    const found = await contents(url);
    for (const table of ["images", "channels", "documents", "search_terms"])
      expect(found[table]).toEqual(expected[table]);
    expect(found.webhooks?.rows).toBe(0);
  });

  it("a registry is migrated, compared, and left as it was where it came from", async () => {
    const source = await registries.filled(from);
    const before = await contents(source.url);
    const url = await registries.empty(to);
    const files = { from: source.files, to: registries.store("moved") };
    const sums = await migrateRegistry({
      from: await registries.place(source.url),
      to: await registries.place(url),
      files,
      progress,
    });
    expect(sums).toEqual(before);
    expect(await contents(source.url)).toEqual(before);
    expect(
      (await checkRegistry({ place: await registries.place(url), files: files.to, progress }, false))
        .findings,
    ).toEqual([]);
  });
});

describe.each(["sqlite", "postgres"] as const)("on %s", (kind) => {
  it("a backup is one moment while others publish, and does not keep them waiting", async () => {
    const { url, files } = await registries.filled(kind);
    const database = await openDatabase(url, { warn: () => {} });
    const api = new Api(database);
    let isDone = false;
    let published = 0;
    const publishing = (async () => {
      while (!isDone) {
        const image = { platform: "aws", region: "us-east-1", external_id: `ami-${published}` };
        const builds = [{ name: "a", artifact_type: "amazon.ami", images: [image] }];
        await api.publish("acme/live", { fingerprint: `live-${published++}`, builds });
      }
    })();
    const target = await registries.empty(kind);
    for (const name of ["a.tar", "b.tar", "c.tar"]) await backup({ url, files }, name);
    const before = published;
    await expect.poll(() => published).toBeGreaterThan(before);
    isDone = true;
    await publishing;
    await database.close();
    await restore(registries.path("c.tar"), target);
    const [row] = await (await registries.place(target)).read((connection) =>
      connection.query(
        `SELECT a.last_number AS last, (SELECT count(*) FROM versions v WHERE v.artifact_id = a.id AND v.state = 'complete') AS versions,
           (SELECT count(*) FROM builds b WHERE b.artifact_id = a.id) AS builds,
           (SELECT count(*) FROM events e WHERE e.artifact = a.path AND e.action = 'version.completed') AS events
         FROM artifacts a WHERE a.path = 'acme/live'`,
      ),
    );
    const last = Number(row?.last);
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThanOrEqual(before);
    expect([row?.versions, row?.builds, row?.events].map(Number)).toEqual([last, last, last]);
  });

  it("what is restored or migrated goes only where nothing is", async () => {
    const source = await registries.filled(kind);
    const path = await backup(source);
    const taken = await registries.filled(kind);
    const before = await contents(taken.url);
    await expect(restore(path, taken.url)).rejects.toThrow(/only made where there is none/);
    const needs = {
      from: await registries.place(source.url),
      to: await registries.place(taken.url),
      files: undefined,
      progress,
    };
    await expect(migrateRegistry(needs)).rejects.toThrow(/only made where there is none/);
    expect(await contents(taken.url)).toEqual(before);
  });

  it("a registry that a server uses is not migrated: what is written next would be lost", async () => {
    const { url } = await registries.filled(kind);
    const database = await openDatabase(url, { warn: () => {} });
    await database.ping();
    const to = await registries.empty(kind);
    const needs = {
      from: await registries.place(url),
      to: await registries.place(to),
      files: undefined,
      progress,
    };
    await expect(migrateRegistry(needs)).rejects.toThrow(/Stop/);
    await database.close();
    expect(await isEmpty(to)).toBe(true);
    await migrateRegistry(needs);
  });

  it("a database that is no registry, or of a newer Waybill, is not backed up", async () => {
    const { url, files } = await registries.filled(kind);
    await runAsItIs(url, "INSERT INTO migrations (number, name) VALUES (99, 'future')");
    await expect(backup({ url, files })).rejects.toThrow(/newer Waybill \(its migration 99/);
    await expect(backup({ url: await registries.empty(kind), files })).rejects.toThrow(
      /There is no registry in/,
    );
    expect(existsSync(registries.path("backup.tar"))).toBe(false);
    expect(readdirSync(registries.directory)).toEqual(["files"]);
  });

  it("an archive that is cut off or damaged is refused, and nothing is left", async () => {
    const path = await backup(await registries.filled(kind));
    const url = await registries.empty(kind);
    const damages = damagesOf(readFileSync(path));
    // PostgreSQL takes longer to make all tables and to take them back.
    const some = kind === "sqlite" ? damages : damages.filter((_, index) => index % 8 === 3);
    for (const [index, bytes] of some.entries()) {
      writeFileSync(registries.path("broken.tar"), bytes);
      const outcome = await restore(registries.path("broken.tar"), url).then(
        () => "restored",
        (error: Error) => `${error.constructor.name}: ${error.message}`,
      );
      expect(outcome, `broken archive ${index}`).toMatch(/^(OperatingError|Problem): .*\.$/);
      expect(await isEmpty(url), outcome).toBe(true);
    }
    await restore(path, url);
  });

  it("what breaks off midway leaves nothing that could be taken for a registry", async () => {
    const path = await backup(await registries.filled(kind));
    const url = await registries.empty(kind);
    const failing: FileStore = {
      ...registries.store("restored"),
      put: async () => {
        throw new Error("the disk is gone");
      },
    };
    await expect(restore(path, url, failing)).rejects.toThrow("the disk is gone");
    expect(await isEmpty(url)).toBe(true);
    await restore(path, url);
  });
});

describe("an archive", () => {
  it("is for its owner only, never written over another file, and what tar reads", async () => {
    const source = await registries.filled("sqlite");
    const path = await backup(source);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(backup(source)).rejects.toThrow(`${path} exists already`);
    const names = entriesOf(readFileSync(path)).map(({ name }) => name);
    expect(names[0]).toBe("waybill-backup.json");
    expect(names.at(-1)).toBe("end.json");
    expect(names).toContain("tables/versions/00000001.jsonl.gz");
    expect(names).toContain("files/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  });

  it("is verified without a registry, and found out wherever it is damaged", async () => {
    const path = await backup(await registries.filled("sqlite"));
    await verifyArchive(createReadStream(path), path, progress);
    for (const [index, bytes] of damagesOf(readFileSync(path)).entries()) {
      const verifying = verifyArchive(Readable.from([bytes]), "it", progress);
      await expect(verifying, `broken archive ${index}`).rejects.toThrow(/\.$/);
    }
  });

  it.each([
    ["format", (head: Record<string, unknown>) => ({ ...head, format: 2 }), /newer Waybill \(its format 2/],
    [
      "schema",
      (head: Record<string, unknown>) => ({ ...head, schema: 99 }),
      /newer Waybill \(its migration 99/,
    ],
    [
      "tables",
      (head: Record<string, unknown>) => ({ ...head, tables: [] }),
      /not those of this Waybill: .*versions/,
    ],
  ])("of another %s is refused", async (_what, change, message) => {
    const path = await backup(await registries.filled("sqlite"));
    const url = await registries.empty("sqlite");
    writeFileSync(
      path,
      await rewritten(path, (name, text) =>
        name === "waybill-backup.json" ? JSON.stringify(change(JSON.parse(text))) : text,
      ),
    );
    await expect(restore(path, url)).rejects.toThrow(message);
    expect(await isEmpty(url)).toBe(true);
  });

  it("whose rows were changed is refused, also when its sums fit", async () => {
    const path = await backup(await registries.filled("sqlite"));
    const url = await registries.empty("sqlite");
    writeFileSync(
      path,
      await rewritten(path, (name, text) =>
        name.startsWith("tables/namespaces") ? text.replace("acme", "evil") : text,
      ),
    );
    await expect(restore(path, url)).rejects.toThrow(
      /namespaces \(1 rows expected, 1 found, with other values\)/,
    );
    expect(await isEmpty(url)).toBe(true);
  });

  it("of a registry whose file is gone is not made", async () => {
    const source = await registries.filled("sqlite");
    for await (const { sha256 } of source.files.list()) await source.files.remove(sha256);
    await expect(backup(source)).rejects.toThrow(/The file [0-9a-f]{64} cannot be read from .*waybill check/);
    expect(existsSync(registries.path("backup.tar"))).toBe(false);
  });
});

describe("a SQLite file", () => {
  it("is not filled while another program fills it, or beside what a killed one left", async () => {
    const path = await backup(await registries.filled("sqlite"));
    const url = await registries.empty("sqlite");
    const file = url.slice("sqlite:".length);
    writeFileSync(`${file}.restoring`, "");
    await expect(restore(path, url)).rejects.toThrow(`${file}.restoring exists`);
    rmSync(`${file}.restoring`);
    writeFileSync(`${file}-wal`, "");
    await expect(restore(path, url)).rejects.toThrow(`${file}-wal exists already`);
  });
});

/** An archive that was cut off at several places, and one with a wrong bit in the middle of each of its entries. */
function damagesOf(whole: Buffer): Buffer[] {
  const cuts = [0, 100, 512, 5_000, whole.length / 2, whole.length - 3_000];
  const places = [20, 600, ...entriesOf(whole).map(({ at, size }) => at + Math.floor(size / 2))];
  const flipped = (at: number) =>
    Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 0x10 : byte)));
  return [...cuts.map((at) => whole.subarray(0, at)), ...places.map(flipped)];
}

/** Entries of a tar archive: 512 bytes of header, then the content, filled up to 512 bytes. */
function entriesOf(tar: Buffer): { name: string; at: number; size: number }[] {
  const entries = [];
  for (let at = 0; tar[at]; ) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("utf8", at + 124, at + 135), 8);
    entries.push({ name, at: at + 512, size });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

async function rewritten(path: string, change: (name: string, text: string) => string): Promise<Buffer> {
  const { gunzipSync } = await import("node:zlib");
  const entries = await unpackTar(readFileSync(path));
  const changed = entries.map(({ header, data = new Uint8Array() }) => {
    const packed = header.name.endsWith(".gz");
    const text = (packed ? gunzipSync(data) : Buffer.from(data)).toString("utf8");
    const body = Buffer.from(change(header.name, text));
    const content = packed ? gzipSync(body) : body;
    return { header: { name: header.name, size: content.length }, body: content };
  });
  return Buffer.from(await packTar(changed));
}
