import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyPostgres, emptySqlite, forEachDatabase, runSql } from "../../test/databases.ts";
import { openDatabase } from "./database.ts";

const log = { warn: () => {} };

forEachDatabase((test) => {
  it("the migrations run once, and again changes nothing", async () => {
    const again = await openDatabase(test.url, log);
    const { rows } = await sql<{ name: string }>`select name from migrations order by number`.execute(
      again.reads,
    );
    await again.close();
    const files = await readdir(join(import.meta.dirname, "../../migrations", test.database.dialect));
    expect(rows.map(({ name }) => name)).toEqual(files.sort());
  });

  it("a transaction that fails leaves nothing", async () => {
    const failing = test.database.write(async (tx) => {
      await tx
        .insertInto("namespaces")
        .values({ name: "gone", created_at: "2026-01-01T00:00:00.000Z" })
        .execute();
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await test.database.reads.selectFrom("namespaces").selectAll().execute()).toEqual([]);
  });

  it("moments come back in UTC with milliseconds, and JSON as it was", async () => {
    const created_at = "2026-01-01T00:00:00.120Z";
    await test.database.write((tx) =>
      tx.insertInto("namespaces").values({ name: "times", created_at }).execute(),
    );
    const rows = await test.database.reads.selectFrom("namespaces").select("created_at").execute();
    expect(rows).toEqual([{ created_at }]);
  });

  it("a version's fingerprint, number and semantic version are protected by the database itself", async () => {
    await test.database.write(async (tx) => {
      const at = "2026-01-01T00:00:00.000Z";
      const { id } = await tx
        .insertInto("namespaces")
        .values({ name: "guard", created_at: at })
        .returning("id")
        .executeTakeFirstOrThrow();
      await tx
        .insertInto("artifacts")
        .values({ namespace_id: id, path: "guard/one", labels: "{}", created_at: at, updated_at: at })
        .execute();
    });
    const insert = (values: {
      state: "incomplete" | "complete" | "abandoned";
      fingerprint: string;
      number?: number;
      key?: string;
    }) =>
      test.database.write(async (tx) => {
        const { id } = await tx
          .selectFrom("artifacts")
          .select("id")
          .where("path", "=", "guard/one")
          .executeTakeFirstOrThrow();
        const at = "2026-01-01T00:00:00.000Z";
        const { key = null, number = null, ...rest } = values;
        const json = { labels: "{}", opened_with: "{}", expected_builds: "[]", warnings: "[]" };
        const row = { artifact_id: id, latest: "true", semver_key: key, number, ...rest, ...json } as const;
        await tx
          .insertInto("versions")
          .values({ ...row, active_at: at, created_at: at, updated_at: at })
          .execute();
      });
    await insert({ state: "complete", fingerprint: "a", number: 1, key: "k" });
    await insert({ state: "abandoned", fingerprint: "a" });
    await insert({ state: "incomplete", fingerprint: "b" });
    await expect(insert({ state: "incomplete", fingerprint: "a" })).rejects.toThrow(/unique/i);
    await expect(insert({ state: "incomplete", fingerprint: "b" })).rejects.toThrow(/unique/i);
    await expect(insert({ state: "complete", fingerprint: "c", number: 1 })).rejects.toThrow(/unique/i);
    await expect(insert({ state: "complete", fingerprint: "d", number: 2, key: "k" })).rejects.toThrow(
      /unique/i,
    );
  });
});

describe.each([
  ["sqlite", async () => emptySqlite()],
  ["postgres", emptyPostgres],
])("starting on %s", (_dialect, makeEmpty) => {
  let remove: () => Promise<void> = async () => {};
  afterEach(() => remove());

  it("is refused when a newer Waybill has written the database", async () => {
    const empty = await makeEmpty();
    remove = empty.remove;
    const database = await openDatabase(empty.url, log);
    await database.write((tx) =>
      sql`insert into migrations (number, name) values (99, 'future')`.execute(tx),
    );
    await database.close();
    await expect(openDatabase(empty.url, log)).rejects.toThrow(
      /written by a newer Waybill \(its migration 99, this one knows \d+\)/,
    );
  });
});

describe("postgres", () => {
  it("lets servers that start together on an empty database migrate it once", async () => {
    const empty = await emptyPostgres();
    const databases = await Promise.all([1, 2, 3].map(() => openDatabase(empty.url, log)));
    await Promise.all(databases.map((database) => database.ping()));
    await Promise.all(databases.map((database) => database.close()));
    await empty.remove();
  });
});

describe("postgres, when another server changes a table", () => {
  it("can be used again at once: statements of before are given up with their connections", async () => {
    const empty = await emptyPostgres();
    const database = await openDatabase(empty.url, log);
    const read = () => database.reads.selectFrom("namespaces").selectAll().where("name", "=", "x").execute();
    const write = () =>
      database.write((tx) => tx.selectFrom("namespaces").selectAll().where("name", "=", "y").execute());
    await read();
    await write();
    await runSql(empty.url, "alter table namespaces add column more text");
    for (const query of [read, write]) {
      const failure = await query().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure) expect(database.isUnavailable(failure)).toBe(true);
      expect(await query()).toEqual([]);
    }
    await database.close();
    await empty.remove();
  });
});

describe("sqlite", () => {
  it("keeps what is acknowledged: write-ahead log, full synchronisation, foreign keys", async () => {
    const empty = emptySqlite();
    const database = await openDatabase(empty.url, log);
    const pragma = (name: string) =>
      database.write(
        async (tx) => Object.values((await sql.raw<object>(`PRAGMA ${name}`).execute(tx)).rows[0] ?? {})[0],
      );
    expect(await pragma("journal_mode")).toBe("wal");
    expect(await pragma("synchronous")).toBe(2);
    expect(await pragma("foreign_keys")).toBe(1);
    await database.close();
    await empty.remove();
  });

  it("makes a file that nobody else may read, wherever it lies: secrets of webhooks are in it", async () => {
    const empty = emptySqlite();
    await (await openDatabase(empty.url, log)).close();
    expect(statSync(empty.url.replace("sqlite:", "")).mode & 0o777).toBe(0o600);
    await empty.remove();
  });

  it("tells a file that cannot be opened in a sentence", async () => {
    const insideOfAFile = import.meta.filename;
    await expect(openDatabase(`sqlite:${insideOfAFile}/x.sqlite`, log)).rejects.toThrow(
      `The database file "${insideOfAFile}/x.sqlite" cannot be opened: `,
    );
    await expect(openDatabase(`sqlite:${import.meta.dirname}`, log)).rejects.toThrow(/cannot be opened: /);
  });

  it("reads after a commit see it, even in the turn in which earlier reads began", async () => {
    const empty = emptySqlite();
    const database = await openDatabase(empty.url, log);
    const { findToken, insertToken } = await import("../tokens/store.ts");
    const token = { name: "name", hash: "hash", scopes: [] };
    expect(await findToken(database.reads, "hash")).toBeUndefined();
    await database.write((tx) => insertToken(tx, token, "2026-01-01T00:00:00.000Z"));
    expect(await findToken(database.reads, "hash")).toMatchObject(token);
    await database.close();
    await empty.remove();
  });
});
