import BetterSqlite3 from "better-sqlite3";
import pino from "pino";
import { expect, it } from "vitest";
import { openDatabase } from "../database/database.ts";
import { holdRefusal, toProblemResponse } from "./answers.ts";
import { Problem } from "./problem.ts";

/** What a database says when it may have no more pages. */
async function fullSqlite(): Promise<unknown> {
  const database = new BetterSqlite3(":memory:");
  database.exec("CREATE TABLE t (x); PRAGMA max_page_count = 3");
  try {
    database.exec("INSERT INTO t VALUES (zeroblob(100000))");
  } catch (error) {
    return error;
  }
  throw new Error("it was not full");
}

it.each([
  ["a full disk", fullSqlite, /^The disk of the database is full\. .* made room\.$/],
  [
    "a database that is busy",
    async () => new BetterSqlite3.SqliteError("busy", "SQLITE_BUSY"),
    /does not answer now/,
  ],
])("%s is told for what it is, to be tried again later", async (_what, fail, told) => {
  const database = await openDatabase("sqlite::memory:", { warn: () => {} });
  const needs = { log: pino({ level: "silent" }), isUnavailable: database.isUnavailable };
  const answer = toProblemResponse(await fail(), { "X-Request-Id": "x" }, needs);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await answer.json()).toMatchObject({ code: "unavailable", detail: expect.stringMatching(told) });
  await database.close();
});

it("what is refused for being too much hears of it a moment later than all else", async () => {
  const answer = new Response();
  expect(holdRefusal(new Problem("unavailable", "It is away."), answer)).toBe(answer);
  for (const code of ["unavailable", "too_many_requests"] as const) {
    const held = holdRefusal(new Problem(code, "Too much.", { retry_after: 2 }), answer);
    expect(held).toBeInstanceOf(Promise);
    expect(await held).toBe(answer);
  }
});
