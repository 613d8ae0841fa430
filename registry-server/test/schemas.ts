import { existsSync, readFileSync } from "node:fs";
import { type MigrationTarget, migrate, newestMigration } from "../src/database/migrate.ts";
import { openPostgres } from "../src/database/postgres.ts";
import { openSqlite } from "../src/database/sqlite.ts";

/** Every schema there has ever been. */
export const schemas = Array.from({ length: newestMigration("sqlite") }, (_, index) => index + 1);

/**
 * Makes a database as an earlier Waybill left it: at each schema up to the last one, what is in `schemas/` was written
 * to it, so that later migrations find data that is older than they are.
 */
export async function makeDatabaseAt(url: string, schema: number): Promise<void> {
  await withMigrations(url, async (migrations) => {
    for (const number of schemas.slice(0, schema)) {
      await migrate(migrations, number);
      const text = rowsOf(number, migrations.folder);
      if (text) await migrations.exclusively((run) => run(text));
    }
  });
}

/** Runs SQL on a database as it is, without bringing it up to date. */
export async function runAsItIs(url: string, text: string): Promise<void> {
  await withMigrations(url, (migrations) => migrations.exclusively((run) => run(text)));
}

async function withMigrations(
  url: string,
  work: (migrations: MigrationTarget) => Promise<unknown>,
): Promise<void> {
  const { database, migrations } = url.startsWith("sqlite:")
    ? openSqlite(url.slice("sqlite:".length))
    : openPostgres(url, { warn: () => {} });
  try {
    await work(migrations);
  } finally {
    await database.close();
  }
}

/** The rows of a schema as one kind of database takes them: they write bytes differently. */
function rowsOf(schema: number, folder: string): string | undefined {
  const file = new URL(`schemas/${String(schema).padStart(4, "0")}.sql`, import.meta.url);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  return folder === "sqlite" ? text : text.replaceAll(/\bX'([0-9a-f]*)'/g, "'\\x$1'");
}
