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
 * @param upTo the last one to run; all, when it is not given
 * @throws StartError when the database has a migration that this version of Waybill does not know
 */
export async function migrate(target: MigrationTarget, upTo?: number): Promise<void> {
  await target.exclusively((run) => applyMigrations(run, target.folder, upTo));
}

/** {@link migrate} in a transaction of the caller's. */
export async function applyMigrations(
  run: Run,
  folder: MigrationTarget["folder"],
  upTo = newestMigration(folder),
): Promise<void> {
  const known = readMigrations(folder);
  await run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  const applied = await run("SELECT number, name FROM migrations ORDER BY number");
  requireOurs(applied, known);
  for (const { number, name, sql } of known.slice(applied.length, upTo)) {
    await run(sql);
    await run(`INSERT INTO migrations (number, name) VALUES (${number}, '${name}')`);
  }
}

/** The number of the newest migration that this version of Waybill knows. */
export function newestMigration(folder: MigrationTarget["folder"]): number {
  return migrationFiles(folder).length;
}

/**
 * Schemas are never taken back: what a newer version wrote, an older one would misread or lose.
 *
 * @throws StartError
 */
function requireOurs(applied: Record<string, unknown>[], known: { number: number; name: string }[]): void {
  const newest = Number(applied.at(-1)?.number ?? 0);
  if (newest > known.length) {
    throw new StartError(
      `The database was written by a newer Waybill (its migration ${newest}, this one knows ${known.length}). Start that version or a later one.`,
    );
  }
  for (const [index, { number, name }] of applied.entries()) {
    const own = known[index];
    if (own?.number === Number(number) && own.name === name) continue;
    throw new StartError(
      `The database has the migration ${number} "${name}" where this Waybill has ${own?.number} "${own?.name}": its tables were made by another program, or changed by hand. Restore a backup, or name another database.`,
    );
  }
}

function readMigrations(folder: MigrationTarget["folder"]) {
  return migrationFiles(folder).map(({ name, sql }, index) => {
    const number = Number(name.slice(0, 4));
    if (number !== index + 1) throw new Error(`Migration ${name} should have the number ${index + 1}`);
    return { number, name, sql };
  });
}
