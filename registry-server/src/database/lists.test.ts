import { sql } from "kysely";
import { expect, it } from "vitest";
import { forEachDatabase } from "../../test/databases.ts";
import { plansOf } from "../../test/plans.ts";
import type { Reader } from "./database.ts";
import { rowsOf } from "./lists.ts";

const rows = [
  { at: 0, path: 'acme/"web"' },
  { at: 9_007_199_254_740_991, path: "Größe \\ '" },
];
const ask = (db: Reader) => {
  const asked = rowsOf(db, "asked", { at: "bigint", path: "text" }, rows);
  return sql`select asked.at, asked.path from ${asked} order by asked.at`.execute(db);
};

forEachDatabase((test) => {
  it("rows of a query are what they were", async () => {
    expect((await ask(test.database.reads)).rows).toEqual(rows);
  });

  it("PostgreSQL knows how many rows it looks up", async () => {
    const { reads, dialect } = test.database;
    const [plan = ""] = await plansOf(reads, ask);
    if (dialect === "postgres") expect(plan).toMatch(/^.*Sort .*rows=2 /);
    else expect(plan).toContain("json_each");
  });
});
