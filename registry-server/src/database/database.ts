import type { Kysely, Transaction } from "kysely";
import type { Dialect } from "./dialect.ts";
import { migrate } from "./migrate.ts";
import type { Tables } from "./schema.ts";

/** Where a store reads: the database, or a transaction. */
export type Reader = Kysely<Tables>;
/** Where a store writes: always a transaction. */
export type Writer = Transaction<Tables>;

/** The registry's database, SQLite or PostgreSQL. */
export type Database = {
  readonly dialect: Dialect["name"];
  /** For reads outside of transactions. Never use it inside `write`: in memory, SQLite has one connection for both. */
  readonly reads: Reader;
  /** Runs a transaction that writes; on SQLite one at a time, on PostgreSQL it locks the rows it decides about. */
  write<T>(work: (tx: Writer) => Promise<T>): Promise<T>;
  /**
   * Wakes up whoever listens to a topic, in every server, once the transaction has committed. It carries no data: a
   * listener reads again what it waits for, and may also be woken up for nothing, as after a lost connection.
   */
  signal(tx: Writer, topic: string): Promise<void>;
  /** Calls a listener whenever a topic is signalled. @returns stops it */
  onSignal(topic: string, listener: () => void): () => void;
  /** Fails when the database does not answer. */
  ping(): Promise<void>;
  /** How many connections there are, on PostgreSQL. */
  connections?(): { total: number; idle: number; waiting: number };
  /** Whether an error says that the database cannot be used now, so that trying again later makes sense. */
  isUnavailable(error: unknown): boolean;
  close(): Promise<void>;
};

export type DatabaseLog = { warn(fields: object, message: string): void };

const databases = new WeakMap<Writer, Database>();

/** The database that a transaction is of. */
export function databaseOf(tx: Writer): Database {
  const database = databases.get(tx);
  if (!database) throw new Error("a transaction begins with `write` of a database that openDatabase opened");
  return database;
}

/**
 * Whether an error is about one transaction, and the database itself is well: it met others (SQL's class 40), or one of
 * its statements took too long.
 */
export function isOfTransaction(error: unknown): boolean {
  return /^(40...|57014)$/.test(String((error as { code?: unknown }).code));
}

/**
 * Opens a database and brings its tables up to date.
 *
 * @param url `sqlite:<path>`, `sqlite::memory:`, or `postgres://...`
 * @param dataDir the data directory, where the executable unpacks the driver of SQLite
 * @throws StartError when it cannot be opened, or when a newer Waybill has written it
 */
export async function openDatabase(url: string, log: DatabaseLog, dataDir?: string): Promise<Database> {
  // Only the driver that is needed is loaded: the other would cost memory and time at every start.
  const { database, migrations } = url.startsWith("sqlite:")
    ? (await import("./sqlite.ts")).openSqlite(url.slice("sqlite:".length), dataDir)
    : (await import("./postgres.ts")).openPostgres(url, log);
  try {
    await migrate(migrations);
    const write = database.write.bind(database);
    database.write = (work) =>
      write((tx) => {
        databases.set(tx, database);
        return work(tx);
      });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
