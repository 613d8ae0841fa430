import { migrationFiles } from "./migration-files.ts";

/** A reason not to start, told to the operator in one sentence. */
export class StartError extends Error {}

export type Run = (sql: string) => Promise<Record<string, unknown>[]>;

/** How migrations reach one kind of database. */
export type MigrationTarget = {
  /** The folder below migrations/. */
  folder: "sqlite" | "postgres";
  /** Runs work in a transaction that no other server's migrations run beside. */
  exclusively<T>(work: (run: Run) => Promise<T>): Promise<T>;
};

/**
 * Brings a database up to date: runs every migration it does not have, in order, in one transaction.
 *
 * @throws StartError when the database has a migration that this version of Waybill does not know
 */
export async function migrate(target: MigrationTarget): Promise<void> {
  const known = readMigrations(target.folder);
  await target.exclusively(async (run) => {
    await run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL)");
    const rows = await run("SELECT number FROM migrations ORDER BY number");
    const applied = new Set(rows.map((row) => Number(row.number)));
    const newest = Math.max(0, ...applied);
    if (newest > known.length) {
      throw new StartError(
        `The database was written by a newer Waybill (its migration ${newest}, this one knows ${known.length}). Start that version or a later one.`,
      );
    }
    for (const { number, name, sql } of known) {
      if (applied.has(number)) continue;
      await run(sql);
      await run(`INSERT INTO migrations (number, name) VALUES (${number}, '${name}')`);
    }
  });
}

function readMigrations(folder: MigrationTarget["folder"]) {
  return migrationFiles(folder).map(({ name, sql }, index) => {
    const number = Number(name.slice(0, 4));
    if (number !== index + 1) throw new Error(`Migration ${name} should have the number ${index + 1}`);
    return { number, name, sql };
  });
}
