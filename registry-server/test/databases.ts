import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, inject } from "vitest";
import type { Database } from "../src/database/database.ts";
import { openDatabase } from "../src/database/database.ts";

export type TestDatabase = { readonly url: string; readonly database: Database };

/**
 * Runs one body of tests on SQLite and again on PostgreSQL, each with a database of its own that is empty at first.
 *
 * @param body gets the database; it is open only inside of tests and hooks
 */
export function forEachDatabase(body: (test: TestDatabase) => void): void {
  describe.each(["sqlite", "postgres"] as const)("on %s", (dialect) => {
    let url = "";
    let database: Database | undefined;
    let remove: () => Promise<void> = async () => {};

    beforeAll(async () => {
      ({ url, remove } = dialect === "sqlite" ? emptySqlite() : await emptyPostgres());
      database = await openDatabase(url, { warn: () => {} });
    });
    afterAll(async () => {
      await database?.close();
      await remove();
    });

    body({
      get url() {
        return url;
      },
      get database() {
        if (!database) throw new Error("the database is open only inside of tests and hooks");
        return database;
      },
    });
  });
}

type Empty = { url: string; remove: () => Promise<void> };

/** A SQLite file in a directory of its own. */
export function emptySqlite(): Empty {
  const directory = mkdtempSync(join(tmpdir(), "waybill-test-"));
  return {
    url: `sqlite:${join(directory, "test.sqlite")}`,
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A new database of the PostgreSQL that all tests share. */
export async function emptyPostgres(): Promise<Empty> {
  const server = inject("postgresUrl");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runSql(`${server}/postgres`, `CREATE DATABASE ${name}`);
  return {
    url: `${server}/${name}`,
    remove: () => runSql(`${server}/postgres`, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** Runs SQL on a connection of its own. */
export async function runSql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
