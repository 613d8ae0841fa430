import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { Api } from "../../test/api.ts";
import { emptyPostgres, emptySqlite } from "../../test/databases.ts";
import { makeDatabaseAt, runAsItIs, schemas } from "../../test/schemas.ts";
import { openDirectoryStore } from "../files/stores/directory.ts";
import { tablesOf } from "../operating/catalog.ts";
import { checkRegistry } from "../operating/check.ts";
import { placeOf } from "../operating/places.ts";
import { sumsOf } from "../operating/tables.ts";
import { openDatabase } from "./database.ts";

const log = { warn: () => {} };
const newest = schemas.length;

describe.each([
  ["sqlite", async () => emptySqlite()],
  ["postgres", emptyPostgres],
] as const)("migrations on %s", (_dialect, makeEmpty) => {
  let remove: () => Promise<void> = async () => {};
  afterEach(() => remove());

  async function databaseAt(schema: number): Promise<string> {
    const empty = await makeEmpty();
    remove = empty.remove;
    await makeDatabaseAt(empty.url, schema);
    return empty.url;
  }

  const contents = async (url: string) =>
    (await placeOf(url, "")).read(async (connection) => {
      const tables = await tablesOf(connection);
      const sums = await sumsOf(connection, tables);
      return Object.fromEntries(
        tables.map(({ name, columns }) => [
          name,
          { ...sums[name], columns: columns.map((column) => column.name).join(", ") },
        ]),
      );
    });

  it("there is data of every table that there was at any time", async () => {
    for (const schema of schemas) {
      const rows = Object.entries(await contents(await databaseAt(schema)));
      expect(
        rows.filter(([, sum]) => sum.rows === 0).map(([table]) => `${table} at schema ${schema}`),
      ).toEqual([]);
      await remove();
    }
    remove = async () => {};
  });

  it.each(schemas)("from schema %i all data is there, and the registry goes on with it", async (schema) => {
    const url = await databaseAt(schema);
    const before = await contents(url);
    const database = await openDatabase(url, log);
    const after = await contents(url);
    for (const [table, sum] of Object.entries(before)) {
      const unchanged = after[table]?.columns === sum.columns;
      expect({ [table]: after[table] }).toMatchObject({ [table]: unchanged ? sum : { rows: sum.rows } });
    }

    const files = openDirectoryStore("/nowhere");
    const { findings } = await checkRegistry(
      { place: await placeOf(url, ""), files, progress: () => {} },
      true,
    );
    expect(findings.filter(({ check }) => check !== "file contents")).toEqual([]);

    const api = new Api(database);
    expect((await api.version("acme/base", 1)).body).toMatchObject({
      semver: "1.0.0",
      labels: { a: "ä" },
      builds: [{ name: "ebs", metadata: { kernel: "6.1", empty: "" } }, { name: "gce" }],
    });
    const resolved = await api.resolve("acme/web", "version=1&on_revoked=warn");
    expect(resolved.body).toMatchObject({ external_id: "ami-web-1", number: 1 });
    expect((await api.version("acme/base", 2)).status).toBe(404);
    // The open version is finished, and numbers go on where they were.
    const image = { platform: "gcp", region: "", external_id: "base-4" };
    const report = { artifact_type: "googlecompute.image", images: [image] };
    const { body } = await api.report("acme/base", "base-4", "gce", report);
    expect(body.version, JSON.stringify(body)).toMatchObject({
      state: "complete",
      number: 4,
      semver: "1.1.0",
    });
    const again = await api.publish("acme/gone", {
      fingerprint: "gone-2",
      builds: [{ name: "a", ...report }],
    });
    expect(again.number).toBe(2);
    await expect(runAsItIs(url, "DELETE FROM events")).rejects.toThrow(/only ever added/);
    await database.close();
  });

  it("leave everything as it was when one of them fails", async () => {
    const url = await databaseAt(1);
    await runAsItIs(url, "CREATE TABLE trust_rules (id INTEGER PRIMARY KEY, ours INTEGER)");
    const before = await contents(url);
    await expect(openDatabase(url, log)).rejects.toThrow(/trust_rules.* already exists/);
    expect(await contents(url)).toEqual(before);
    await runAsItIs(url, "DROP TABLE trust_rules");
    await (await openDatabase(url, log)).close();
  });

  it("do not run where others have run than those that this Waybill knows", async () => {
    const url = await databaseAt(newest);
    await runAsItIs(url, "UPDATE migrations SET name = '0002_other.sql' WHERE number = 2");
    await expect(openDatabase(url, log)).rejects.toThrow(
      'The database has the migration 2 "0002_other.sql" where this Waybill has 2 "0002_releases.sql"',
    );
  });

  it("run once when servers start together", async () => {
    const url = await databaseAt(1);
    const before = await contents(url);
    const program = `
      const { openDatabase } = await import(${JSON.stringify(new URL("./database.ts", import.meta.url).href)});
      await (await openDatabase(${JSON.stringify(url)}, console)).close();`;
    const start = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
    await Promise.all([start(), start(), start()]);
    const after = await contents(url);
    expect(after.versions?.rows).toBe(before.versions?.rows);
  });
});

it("both kinds of database have the same tables with the same columns and keys", async () => {
  const [first, second] = await Promise.all(
    [emptySqlite(), await emptyPostgres()].map(async ({ url, remove }) => {
      await (await openDatabase(url, log)).close();
      const tables = await (await placeOf(url, "")).read(tablesOf);
      await remove();
      const shapes = tables.map(({ name, columns, key }) => ({
        name,
        columns: columns.map((c) => c.name),
        key,
      }));
      return shapes.sort((a, b) => (a.name < b.name ? -1 : 1));
    }),
  );
  expect(first?.length).toBeGreaterThan(15);
  expect(first).toEqual(second);
});
