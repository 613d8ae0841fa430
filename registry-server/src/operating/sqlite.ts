import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { openFile } from "../database/driver.ts";
import { applyMigrations } from "../database/migrate.ts";
import { makeDirectory } from "../directory.ts";
import { type Table, tablesOf, type Value } from "./catalog.ts";
import { type Connection, type Filling, OperatingError, type Place } from "./connection.ts";

const busyTimeoutMs = 10_000;

/** A registry in a SQLite file. */
export function sqlitePlace(path: string, dataDir: string): Place {
  const open = (file: string, readonly: boolean) => connect(file, readonly, dataDir);
  return {
    shown: path,
    async read(work, quiet = false) {
      if (!existsSync(path)) {
        throw new OperatingError(
          `There is no registry in ${path}: the file does not exist. Name it with --database-url or --data-dir.`,
        );
      }
      const database = open(path, !quiet);
      try {
        if (quiet) shutOthersOut(database, path);
        // The snapshot is that of the first read.
        else database.exec("BEGIN; SELECT 1 FROM sqlite_schema");
        return await work(reading(database));
      } finally {
        database.close();
      }
    },
    async fill(schema, work) {
      requireNothing(path);
      const aside = `${path}.restoring`;
      claim(aside, path);
      const removeAside = () => removeAll(aside);
      process.once("exit", removeAside);
      try {
        const database = open(aside, false);
        const result = await fillFile(database, schema, work).finally(() => database.close());
        putInPlace(aside, path);
        return result;
      } catch (error) {
        if (!(error instanceof BetterSqlite3.SqliteError)) throw error;
        throw new OperatingError(`${path} cannot be made: ${error.message}. Nothing was put in place.`);
      } finally {
        process.off("exit", removeAside);
        removeAside();
      }
    },
  };
}

function connect(path: string, readonly: boolean, dataDir: string): BetterSqlite3.Database {
  try {
    return openFile(path, { readonly, timeout: busyTimeoutMs, fileMustExist: true }, dataDir);
  } catch (error) {
    throw new OperatingError(
      `The database file ${path} cannot be opened: ${(error as Error).message.replace(/\.$/, "")}.`,
    );
  }
}

function reading(database: BetterSqlite3.Database): Connection {
  return {
    dialect: "sqlite",
    query: async (text) => database.prepare(text).all() as Record<string, unknown>[],
    async *rows({ name, columns, key }) {
      const list = columns.map((column) => `"${column.name}"`).join(", ");
      const order = key.map((column) => `"${column}"`).join(", ") || "rowid";
      yield* database.prepare(`SELECT ${list} FROM "${name}" ORDER BY ${order}`).raw().iterate() as Iterable<
        Value[]
      >;
    },
  };
}

/** Only a connection that is alone may have the file to itself, so a server that runs on it is found. */
function shutOthersOut(database: BetterSqlite3.Database, path: string): void {
  try {
    database.pragma("busy_timeout = 0");
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    if (!/SQLITE_(BUSY|LOCKED)/.test((error as { code?: string }).code ?? "")) throw error;
    throw new OperatingError(
      `A server or another program uses ${path}; what it writes from now on would be left behind. Stop it first.`,
    );
  }
}

async function fillFile<T>(
  database: BetterSqlite3.Database,
  schema: number,
  work: (filling: Filling) => Promise<T>,
): Promise<T> {
  // The file is not a registry before all is in it, so nothing has to survive on the way.
  database.pragma("journal_mode = MEMORY");
  database.pragma("synchronous = OFF");
  database.pragma("foreign_keys = OFF");
  database.exec("BEGIN EXCLUSIVE");
  const run = async (text: string) => {
    if (/^SELECT/.test(text)) return database.prepare(text).all() as Record<string, unknown>[];
    database.exec(text);
    return [];
  };
  await applyMigrations(run, "sqlite", schema);
  const connection = reading(database);
  for (const { name } of (await tablesOf(connection)).reverse()) database.exec(`DELETE FROM "${name}"`);
  const result = await work({ ...connection, insert: async (table, rows) => insert(database, table, rows) });
  const [broken] = database.pragma("foreign_key_check") as { table: string; parent: string }[];
  if (broken)
    throw new OperatingError(
      `Rows of "${broken.table}" refer to rows of "${broken.parent}" that are not there.`,
    );
  await applyMigrations(run, "sqlite");
  database.exec("COMMIT");
  database.pragma("synchronous = FULL");
  database.pragma("journal_mode = WAL");
  return result;
}

function insert(database: BetterSqlite3.Database, { name, columns }: Table, rows: Value[][]): void {
  const list = columns.map((column) => `"${column.name}"`).join(", ");
  const statement = database.prepare(
    `INSERT INTO "${name}" (${list}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  for (const row of rows) statement.run(row);
}

/** A write-ahead log that lies beside the place would be taken for the new file's own. */
function requireNothing(path: string): void {
  const found = [path, `${path}-wal`, `${path}-journal`].find((file) => existsSync(file));
  if (!found) return;
  throw new OperatingError(
    `${found} exists already, and a registry is only made where there is none. Stop the server that uses it and move it away, or name another place with --database-url or --data-dir.`,
  );
}

function claim(aside: string, path: string): void {
  try {
    makeDirectory(dirname(aside));
    closeSync(openSync(aside, "wx", 0o600));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new OperatingError(`${path} cannot be made: ${message}.`);
    throw new OperatingError(
      `${aside} exists: another program is filling it, or was killed while it did. If none runs, remove that file and try again.`,
    );
  }
}

/** Takes effect in one step, after the bytes have reached the disk. */
function putInPlace(aside: string, path: string): void {
  sync(aside);
  requireNothing(path);
  renameSync(aside, path);
  sync(dirname(path));
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeAll(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${suffix}`, { force: true });
}
