import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptySqlite } from "../../test/databases.ts";
import { type Database, openDatabase, type Writer } from "./database.ts";

const at = "2026-01-01T00:00:00.000Z";
const add = (name: string) => (tx: Writer) =>
  tx.insertInto("namespaces").values({ name, created_at: at }).execute();

describe("group commit", () => {
  let database: Database;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    const empty = emptySqlite();
    remove = empty.remove;
    database = await openDatabase(empty.url, { warn: () => {} });
  });
  afterEach(async () => {
    await database.close();
    await remove();
  });
  const stored = async () => {
    const rows = await database.reads.selectFrom("namespaces").select("name").orderBy("id").execute();
    return rows.map((row) => row.name);
  };

  it("keeps what every writer wrote, and each that fails does so alone", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const outcomes = await Promise.allSettled(
      names.map((name, index) =>
        database.write(async (tx) => {
          await add(name)(tx);
          if (index % 3 === 1) throw new Error(`no ${name}`);
          return name;
        }),
      ),
    );
    const kept = names.filter((_, index) => index % 3 !== 1);
    expect(outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))).toEqual(kept);
    const reasons = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason.message] : []));
    expect(reasons).toEqual(names.filter((name) => !kept.includes(name)).map((name) => `no ${name}`));
    expect(await stored()).toEqual(kept);
  });

  it("is one transaction for those who wait together, and nobody hears of it before it is committed", async () => {
    const before = await dataVersion();
    const acknowledged: string[] = [];
    const seen: string[][] = [];
    await Promise.all(
      ["a", "b", "c"].map(async (name) => {
        await database.write(async (tx) => {
          seen.push([...acknowledged]);
          await add(name)(tx);
          expect(await stored()).toEqual([]);
        });
        acknowledged.push(name);
      }),
    );
    expect(seen).toEqual([[], [], []]);
    expect(await dataVersion()).toBe(before + 1);
  });

  it("fails all of a group whose commit fails, those too that had failed by themselves, and goes on", async () => {
    const breakCommit = async (tx: Writer) => {
      await sql`pragma defer_foreign_keys = on`.execute(tx);
      await sql`insert into artifacts (namespace_id, path, labels, created_at, updated_at) values (99, 'x/y', '{}', ${at}, ${at})`.execute(
        tx,
      );
    };
    const failing = async () => {
      throw new Error("said of what never was");
    };
    const outcomes = await Promise.allSettled(
      [add("a"), breakCommit, failing].map((work) => database.write<unknown>(work)),
    );
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "SQLITE_CONSTRAINT_FOREIGNKEY" } });
    }
    await database.write(add("b"));
    expect(await stored()).toEqual(["b"]);
  });

  it("goes on after a full disk, where SQLite itself has given up the transaction", async () => {
    const pages = (most: number) => (tx: Writer) => sql`pragma max_page_count = ${sql.lit(most)}`.execute(tx);
    await database.write(pages(1));
    const tooMuch = database.write(add("x".repeat(1_000_000)));
    await expect(tooMuch).rejects.toMatchObject({ code: "SQLITE_FULL" });
    await database.write(pages(1_000_000));
    await database.write(add("b"));
    expect(await stored()).toEqual(["b"]);
  });

  it("lets reads go on while a group is under way, and takes who arrives meanwhile into it", async () => {
    let late: Promise<unknown> = Promise.resolve();
    const before = await dataVersion();
    await Promise.all([
      database.write(async (tx) => {
        await add("a")(tx);
        late = database.write(add("late"));
      }),
      database.write(add("b")),
    ]);
    await late;
    expect(await stored()).toEqual(["a", "b", "late"]);
    expect(await dataVersion()).toBe(before + 1);
  });

  /** Grows by one with every commit of another connection. */
  async function dataVersion(): Promise<number> {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(database.reads);
    return rows[0]?.data_version ?? 0;
  }
});
