import { sql } from "kysely";
import { beforeAll, expect, it } from "vitest";
import { Api, type Page } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { analyze, plansOf, wholeTable } from "../../test/plans.ts";
import { addToken } from "../../test/tokens.ts";
import { walk } from "../ancestry/walk.ts";
import { listConsumptions } from "../consumers/store.ts";
import { everything } from "../tokens/scopes.ts";
import type { VersionSummary } from "../versions/schema.ts";
import { find } from "./finding.ts";

const now = "2026-01-01T00:00:00.000Z";
const start = Date.parse(now);
const count = 6_000;
const actor = { name: "test", scopes: everything };

/** 6,000 versions in 60 artifacts, each the child of the one before in its artifact. */
forEachDatabase((test) => {
  beforeAll(async () => {
    await test.database.write(async (tx) => {
      const inserted = <T>(rows: T[], insert: (some: T[]) => Promise<unknown>) =>
        Promise.all(
          Array.from({ length: Math.ceil(rows.length / 1_000) }, (_, index) =>
            insert(rows.slice(index * 1_000, (index + 1) * 1_000)),
          ),
        );
      const { id: namespace_id } = await tx
        .insertInto("namespaces")
        .values({ name: "big", created_at: now })
        .returning("id")
        .executeTakeFirstOrThrow();
      const times = { created_at: now, updated_at: now };
      const artifacts = Array.from({ length: 60 }, (_, index) => ({
        namespace_id,
        path: `big/a${index}`,
        labels: "{}",
        ...times,
      }));
      const made = await tx.insertInto("artifacts").values(artifacts).returning("id").execute();
      const head = {
        state: "complete",
        latest: "true",
        active_at: now,
        completed_at: now,
        ...times,
      } as const;
      const json = { labels: "{}", warnings: "[]", opened_with: "{}", expected_builds: "[]" };
      const versions = Array.from({ length: count }, (_, index) => ({
        artifact_id: made[index % 60]?.id ?? 0,
        number: Math.floor(index / 60) + 1,
        latest_number: Math.floor(index / 60) + 1,
        fingerprint: `f${index}`,
        ...head,
        ...json,
      }));
      await inserted(versions, (some) => tx.insertInto("versions").values(some).execute());
      const ids = (await tx.selectFrom("versions").select("id").orderBy("id").execute()).map((row) => row.id);
      const terms = ids.flatMap((version_id, index) => {
        const at = { completed_ms: start + index, version_id };
        return [
          { kind: "all", term: "", ...at } as const,
          { kind: "word", term: `w${index}`, ...at } as const,
          { kind: "label", term: "of=all", ...at } as const,
          { kind: "label", term: `half=${index < 1_500 ? "old" : "new"}`, ...at } as const,
          { kind: "type", term: index === 0 || index >= 1_500 ? "t1" : "t2", ...at } as const,
        ];
      });
      await inserted(terms, (some) => tx.insertInto("search_terms").values(some).execute());
      const links = ids.slice(60).map((child_version_id, index) => ({
        child_version_id,
        parent_version_id: ids[index] ?? 0,
        build: "a",
        via: "declared" as const,
        created_at: now,
      }));
      await inserted(links, (some) => tx.insertInto("ancestry").values(some).execute());
      const consumptions = ids.map((version_id, index) => ({
        version_id,
        artifact_id: made[index % 60]?.id ?? 0,
        consumer: `c${index % 500}`,
        client: "x",
        first_at: now,
        last_at: now,
        count: 1,
      }));
      await inserted(consumptions, (some) => tx.insertInto("consumptions").values(some).execute());
      await analyze(tx);
    });
  });

  const term = (kind: "word" | "label" | "type", value: string, isPrefix = false) => ({
    kind,
    term: value,
    isPrefix,
  });
  const readable = async (ids: number[]) => new Set(ids);
  const nowhere = { since: undefined, before: undefined };

  it.each([
    ["everything", [], nowhere],
    ["a label", [term("label", "half=new")], nowhere],
    ["a label in a span of time", [term("label", "half=new")], { since: start + 100, before: undefined }],
    [
      "the next page",
      [term("label", "half=new")],
      { since: 0, before: { completed_ms: start + 3_000, version_id: 9 } },
    ],
    ["the beginning of few words", [term("word", "w599", true)], nowhere],
    ["the beginning of many words", [term("word", "w", true)], nowhere],
    ["two conditions", [term("label", "half=old"), term("type", "t1")], nowhere],
  ])("a search for %s reads no whole table", async (_what, conditions, span) => {
    const plans = await plansOf(test.database.reads, (db) => find(db, { conditions, readable }, span, 50));
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).not.toMatch(wholeTable);
  });

  it("conditions with little in common end a page early, and the next ones find the rest", async () => {
    const api = new Api(test.database);
    const pages: number[] = [];
    let cursor: string | null = "";
    const wanted = new URLSearchParams({ type: "t1", label: "half=old" });
    while (cursor !== null) {
      if (cursor !== "") wanted.set("cursor", cursor);
      const { body }: { body: Page<VersionSummary> } = await api.get(`/v1/search?${wanted}`);
      pages.push(body.items.length);
      cursor = body.next_cursor;
    }
    expect(pages.reduce((sum, items) => sum + items)).toBe(1);
    expect(pages.length).toBeLessThanOrEqual(2);
  });

  it("a page looks at a bounded number of versions, however few fit, and the next goes on there", async () => {
    let looked = 0;
    const nobody = async (ids: number[]) => {
      looked += ids.length;
      return new Set<number>();
    };
    const first = await find(test.database.reads, { conditions: [], readable: nobody }, nowhere, 50);
    expect(first.hits).toEqual([]);
    expect(looked).toBeGreaterThan(4_000);
    expect(looked).toBeLessThan(count);
    const rest = { since: undefined, before: first.next };
    const second = await find(test.database.reads, { conditions: [], readable: nobody }, rest, 50);
    expect(second.next).toBeUndefined();
    expect(looked).toBe(count);
  });

  it("of a caller who may read little, nothing else is looked at", async () => {
    let looked = 0;
    const some = async (ids: number[]) => {
      looked += ids.length;
      return new Set(ids);
    };
    const within = { terms: [term("word", "w1"), term("word", "w2")] };
    const found = await find(test.database.reads, { conditions: [], within, readable: some }, nowhere, 500);
    expect(looked).toBe(found.hits.length);
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(count / 100);
  });

  it("what a caller may not read shows neither in how many pages there are nor in where they end", async () => {
    const strict = new Api(test.database, { dev: false });
    const own = await test.database.reads
      .selectFrom("versions")
      .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
      .select("versions.id")
      .where("artifacts.path", "in", ["big/a7", "big/a8"])
      .execute();
    const positions = new Set(own.map(({ id }) => id));
    for (const [name, patterns] of [
      ["few", ["big/a7", "big/a8"]],
      ["none", ["elsewhere"]],
    ] as const) {
      const scopes = patterns.map((pattern) => ({ scope: "read", pattern }) as const);
      const headers = await addToken(test.database, name, scopes);
      for (const query of ["", "type=t1&", "label=half%3Dold&type=t1&", "label=of%3Dall&", "q=w&"]) {
        let cursor: string | null = "";
        let pages = 0;
        while (cursor !== null) {
          const rest: string = cursor === "" ? "" : `&cursor=${cursor}`;
          const { body }: { body: Page<VersionSummary> } = await strict.get(
            `/v1/search?${query}limit=20${rest}`,
            headers,
          );
          cursor = body.next_cursor;
          pages += 1;
          if (cursor === null) break;
          const [at] = JSON.parse(Buffer.from(cursor, "base64url").toString());
          expect(positions).toContain(Number(at.split(" ")[1]));
        }
        if (name === "none") expect(pages).toBe(1);
      }
    }
  });

  it("a walk through the ancestry reads no whole table, up and down", async () => {
    const { id } = await test.database.reads
      .selectFrom("versions")
      .select("id")
      .where("fingerprint", "=", "f3000")
      .executeTakeFirstOrThrow();
    for (const direction of ["up", "down"] as const) {
      const bounds = { depth: 10, nodes: 1_000 };
      const plans = await plansOf(test.database.reads, (db) => walk(db, id, direction, bounds, actor, now));
      expect(plans.length).toBeGreaterThan(10);
      for (const plan of plans) expect(plan).not.toMatch(wholeTable);
    }
  });

  it("who resolved something is found without reading a whole table", async () => {
    const [first] = await sql<{ id: number }>`select max(id) as id from versions`
      .execute(test.database.reads)
      .then((result) => result.rows);
    const id = first?.id ?? 0;
    const plans = await plansOf(test.database.reads, async (db) => {
      await listConsumptions(db, { versionIds: [id] }, undefined, 50);
      await listConsumptions(db, { consumer: "c7" }, undefined, 5);
    });
    for (const plan of plans) expect(plan).not.toMatch(wholeTable);
  });
});
