import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Api } from "../../test/api.ts";
import { damagesOf } from "../../test/archives.ts";
import { runSql } from "../../test/databases.ts";
import { Registries } from "../../test/registries.ts";
import { runAsItIs, schemas } from "../../test/schemas.ts";
import { openDatabase } from "../database/database.ts";
import type { FileStore } from "../files/stores/store.ts";
import { checkRegistry } from "./check.ts";
import type { Place } from "./connection.ts";
import { migrateRegistry } from "./migrate.ts";

const newest = schemas.length;
const progress = () => {};
const pairs = (["sqlite", "postgres"] as const).flatMap((from) =>
  (["sqlite", "postgres"] as const).map((to) => [from, to] as const),
);

const registries = new Registries();
describe.each(pairs)("from %s to %s", (from, to) => {
  it("a backup is restored with all that was in it, and the registry goes on", async () => {
    const source = await registries.filled(from);
    const path = await registries.backup(source);
    const url = await registries.empty(to);
    const store = registries.store("restored");
    const { beginning, end } = await registries.restore(path, url, store);
    expect(beginning.schema).toBe(newest);
    // What nobody holds may go at any moment, so it did not come along.
    expect(end.files).toEqual({ count: 1, bytes: 5 });
    const { blobs, ...others } = await registries.contents(url);
    expect({ ...others, blobs: end.tables.blobs }).toEqual(await registries.contents(source.url));
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
    await registries.restore(await registries.backup(source), url);
    const expected = await registries.contents(source.url);
    const found = await registries.contents(url);
    for (const table of ["images", "channels", "documents", "search_terms"])
      expect(found[table]).toEqual(expected[table]);
    expect(found.webhooks?.rows).toBe(0);
  });

  it("a registry is migrated, compared, and left as it was where it came from", async () => {
    const source = await registries.filled(from);
    const before = await registries.contents(source.url);
    const url = await registries.empty(to);
    const files = { from: source.files, to: registries.store("moved") };
    const sums = await migrateRegistry({
      from: await registries.place(source.url),
      to: await registries.place(url),
      files,
      progress,
    });
    expect(sums).toEqual(before);
    expect(await registries.contents(source.url)).toEqual(before);
    expect(
      (await checkRegistry({ place: await registries.place(url), files: files.to, progress }, false))
        .findings,
    ).toEqual([]);
  });
});

describe.each(["sqlite", "postgres"] as const)("on %s", (kind) => {
  it("a backup is one moment while others publish, and does not keep them waiting", async () => {
    const source = await registries.filled(kind);
    const { url } = source;
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
    for (const name of ["a.tar", "b.tar", "c.tar"]) await registries.backup(source, name);
    const before = published;
    await expect.poll(() => published).toBeGreaterThan(before);
    isDone = true;
    await publishing;
    await database.close();
    await registries.restore(registries.path("c.tar"), target);
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
    const path = await registries.backup(source);
    const taken = await registries.filled(kind);
    const before = await registries.contents(taken.url);
    await expect(registries.restore(path, taken.url)).rejects.toThrow(/only made where there is none/);
    const needs = {
      from: await registries.place(source.url),
      to: await registries.place(taken.url),
      files: undefined,
      progress,
    };
    await expect(migrateRegistry(needs)).rejects.toThrow(/only made where there is none/);
    expect(await registries.contents(taken.url)).toEqual(before);
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
    expect(await registries.isEmpty(to)).toBe(true);
    await migrateRegistry(needs);
  });

  it("a database that is no registry, or of a newer Waybill, is not backed up", async () => {
    const source = await registries.filled(kind);
    await runAsItIs(source.url, "INSERT INTO migrations (number, name) VALUES (99, 'future')");
    await expect(registries.backup(source)).rejects.toThrow(/newer Waybill \(its migration 99/);
    await expect(
      registries.backup({ ...source, place: await registries.place(await registries.empty(kind)) }),
    ).rejects.toThrow(/There is no registry in/);
    expect(existsSync(registries.path("backup.tar"))).toBe(false);
    expect(readdirSync(registries.directory)).toEqual(["files"]);
  });

  it("an archive that is cut off or damaged is refused, and nothing is left", async () => {
    const path = await registries.backup(await registries.filled(kind));
    const url = await registries.empty(kind);
    const damages = damagesOf(readFileSync(path));
    // PostgreSQL takes longer to make all tables and to take them back.
    const some = kind === "sqlite" ? damages : damages.filter((_, index) => index % 8 === 3);
    for (const [index, bytes] of some.entries()) {
      writeFileSync(registries.path("broken.tar"), bytes);
      const outcome = await registries.restore(registries.path("broken.tar"), url).then(
        () => "restored",
        (error: Error) => `${error.constructor.name}: ${error.message}`,
      );
      expect(outcome, `broken archive ${index}`).toMatch(/^OperatingError: .*\.$/);
      expect(await registries.isEmpty(url), outcome).toBe(true);
    }
    await registries.restore(path, url);
  });

  it("what breaks off midway leaves nothing that could be taken for a registry", async () => {
    const path = await registries.backup(await registries.filled(kind));
    const url = await registries.empty(kind);
    const failing: FileStore = {
      ...registries.store("restored"),
      put: async () => {
        throw new Error("the disk is gone");
      },
    };
    await expect(registries.restore(path, url, failing)).rejects.toThrow("the disk is gone");
    expect(await registries.isEmpty(url)).toBe(true);
    await registries.restore(path, url);
  });
});

describe("on postgres", () => {
  it("a connection that is lost midway, on either side, leaves nothing", async () => {
    const source = await registries.filled("postgres");
    for (const lost of ["from", "to"] as const) {
      const url = await registries.empty("postgres");
      const urls = { from: source.url, to: url };
      const name = new URL(urls[lost]).pathname.slice(1);
      const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`;
      // The copy goes on only when the connection is lost: told of it, it would be done first now and then.
      const from: Place = {
        ...source.place,
        read: (work, quiet) =>
          source.place.read(
            (connection) =>
              work({
                ...connection,
                async *rows(table) {
                  if (table.name === "versions") await runSql(new URL("/postgres", url).href, text);
                  yield* connection.rows(table);
                },
              }),
            quiet,
          ),
      };
      const needs = { from: source.place, to: await registries.place(url), files: undefined };
      await expect(migrateRegistry({ ...needs, from, progress })).rejects.toThrow(/refused or was lost/);
      expect(await registries.isEmpty(url)).toBe(true);
      await migrateRegistry({ ...needs, progress });
    }
  });
});

describe("a SQLite file", () => {
  it("is not filled while another program fills it, or beside what a killed one left", async () => {
    const path = await registries.backup(await registries.filled("sqlite"));
    const url = await registries.empty("sqlite");
    const file = url.slice("sqlite:".length);
    writeFileSync(`${file}.restoring`, "");
    await expect(registries.restore(path, url)).rejects.toThrow(`${file}.restoring exists`);
    rmSync(`${file}.restoring`);
    writeFileSync(`${file}-wal`, "");
    await expect(registries.restore(path, url)).rejects.toThrow(`${file}-wal exists already`);
  });
});
