import { closeSync, existsSync, openSync, realpathSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { makeDirectory } from "../directory.ts";
import { openFile } from "./driver.ts";
import { StartError } from "./migrate.ts";

/** Servers that start at the same moment look at the lock one after the other. */
const busyTimeoutMs = 1_000;

/**
 * Keeps a SQLite file for one server: what a server remembers, counts and signals, another one would not see. The lock
 * is one of the system on `<file>.lock`, which is free again as soon as the process is gone, however it ended. Reading,
 * as `backup` and `check` do, is not locked out.
 *
 * @param path of the database
 * @param dataDir where the executable unpacks the driver
 * @param listen where the server is about to listen, for whoever is refused
 * @returns gives the file free
 * @throws StartError when another server has it, which it names
 */
export function keepForOneServer(path: string, dataDir: string, listen: string): () => void {
  let lock: BetterSqlite3.Database | undefined;
  try {
    lock = openLock(path, dataDir);
    // Whoever is refused can read this: a lock for writing leaves reading to others.
    lock.exec("BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS server (said TEXT); DELETE FROM server");
    const since = new Date().toISOString();
    lock
      .prepare("INSERT INTO server VALUES (?)")
      .run(`process ${process.pid} on ${hostname()}, started at ${since} to listen on ${listen}`);
    lock.exec("COMMIT; BEGIN IMMEDIATE");
    const held = lock;
    return () => held.close();
  } catch (error) {
    // Says by itself what to do.
    if (error instanceof StartError) throw error;
    const holder = isBusy(error) ? holderOf(lock) : undefined;
    lock?.close();
    if (holder === undefined) {
      throw new StartError(`The database file "${path}" cannot be locked: ${(error as Error).message}.`);
    }
    throw new StartError(
      `Another server uses the database file "${path}" (${holder}), and a SQLite file has one server at a time. Stop that one, or name another place with --data-dir or --database-url. Several servers share a PostgreSQL.`,
    );
  }
}

function openLock(path: string, dataDir: string): BetterSqlite3.Database {
  makeDirectory(dirname(path));
  // By whatever link the file is named, its lock is the same.
  const real = existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
  const file = `${real}.lock`;
  closeSync(openSync(file, "a", 0o600));
  return openFile(file, { timeout: busyTimeoutMs }, dataDir);
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

function holderOf(lock: BetterSqlite3.Database | undefined): string {
  try {
    if (lock?.inTransaction) lock.exec("ROLLBACK");
    return String(lock?.prepare("SELECT said FROM server").pluck().get() ?? "one that just starts");
  } catch {
    return "one that just starts";
  }
}
