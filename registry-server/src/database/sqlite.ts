import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { CompiledQuery, type DatabaseConnection, Kysely, SqliteDialect, SqliteDriver, sql } from "kysely";
import { makeDirectory } from "../directory.ts";
import type { Database } from "./database.ts";
import { openFile } from "./driver.ts";
import { Grouping } from "./grouping.ts";
import { type MigrationTarget, StartError } from "./migrate.ts";
import { setRunner } from "./prepared.ts";
import type { Tables } from "./schema.ts";
import { Signals } from "./signals.ts";

/** How long a writer waits for another process that writes. */
const busyTimeoutMs = 5_000;
/** How long a server that starts waits for another one that migrates. */
const migrationWaitMs = 60_000;
const mostStatements = 200;
/** Answers of look-ups: a row or two each. */
const mostRemembered = 10_000;

/** Takes the write lock when a transaction begins: one that reads first could not become a writer later. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #config: ConstructorParameters<typeof SqliteDialect>[0];

  constructor(config: ConstructorParameters<typeof SqliteDialect>[0]) {
    super(config);
    this.#config = config;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config);
  }
}

/**
 * Opens a SQLite file, or `:memory:`. The file is written through one connection and read through a second one, so
 * that reads never wait for a write.
 *
 * @param dataDir where the executable unpacks the driver
 */
export function openSqlite(
  path: string,
  dataDir?: string,
): { database: Database; migrations: MigrationTarget } {
  const inMemory = path === ":memory:";
  const writer = connect(path, dataDir);
  writer.pragma("journal_mode = WAL");
  // What was acknowledged must survive power loss, not only the end of the process.
  writer.pragma("synchronous = FULL");
  writer.pragma("foreign_keys = ON");
  const statements = cached(writer);
  const writes = new Kysely<Tables>({ dialect: new ImmediateDialect({ database: statements }) });
  const grouping = new Grouping(writes, writer);
  // Opened when first used: before the migrations have run there is nothing to read.
  let reads: Reads | undefined;

  const signals = new Signals();
  const database: Database = {
    dialect: "sqlite",
    get reads() {
      if (inMemory) return writes;
      reads ??= openReads(path, dataDir);
      return reads.db;
    },
    async write(work) {
      try {
        const done = await grouping.write((tx) => {
          setRunner(tx, (_name, text, parameters) => statements.prepare(text).all(parameters));
          return work(tx);
        });
        reads?.endSnapshot();
        signals.committed(done.tx);
        return done.result;
      } finally {
        reads?.endSnapshot();
      }
    },
    signal: async (tx, topic) => signals.note(tx, topic),
    onSignal: (topic, listener) => signals.on(topic, listener),
    async ping() {
      await sql`select 1`.execute(database.reads);
    },
    isUnavailable,
    async close() {
      reads?.endSnapshot();
      await reads?.db.destroy();
      if (writer.open && !inMemory) writer.pragma("wal_checkpoint(TRUNCATE)");
      writer.close();
    },
  };
  return { database, migrations: { folder: "sqlite", exclusively: (work) => exclusively(writer, work) } };
}

type Reads = { db: Kysely<Tables>; endSnapshot: () => void };

/**
 * Opens the connection that reads. Prepared queries of one turn of the event loop share a read transaction: taking and
 * giving back its locks would cost as much as the queries. A request that is answered in this turn had arrived before
 * the turn began, so it cannot have known of anything that was committed since, except by this process, which ends
 * the snapshot with every commit. Look-ups are remembered for as long as nobody has committed anything.
 */
function openReads(path: string, dataDir: string | undefined): Reads {
  const connection = connect(path, dataDir, true);
  const statements = cached(connection);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: statements }) });

  let isReading = false;
  let dataVersion: unknown;
  const remembered = new Map<string, unknown[]>();

  function beginSnapshot(): void {
    statements.prepare("begin").run();
    isReading = true;
    setImmediate(endSnapshot);
    // Changes with every commit of any connection of any process, and of nothing else.
    const [row] = statements.prepare("pragma data_version").all() as [{ data_version: number }];
    if (row.data_version === dataVersion) return;
    dataVersion = row.data_version;
    remembered.clear();
  }

  function endSnapshot(): void {
    if (isReading && connection.open) statements.prepare("commit").run();
    isReading = false;
  }

  setRunner(db, (name, text, parameters, isSmall) => {
    if (!isReading) beginSnapshot();
    if (!isSmall) return statements.prepare(text).all(parameters);
    const key = `${name} ${parameters.join("\0")}`;
    const earlier = remembered.get(key);
    if (earlier) return earlier;
    const rows = statements.prepare(text).all(parameters);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, rows);
    return rows;
  });
  return { db, endSnapshot };
}

function connect(path: string, dataDir: string | undefined, readonly = false): BetterSqlite3.Database {
  try {
    if (path !== ":memory:" && !readonly) {
      makeDirectory(dirname(path));
      // For its owner only; SQLite gives the files beside it the same mode.
      closeSync(openSync(path, "a", 0o600));
    }
    const connection = openFile(path, { readonly, timeout: busyTimeoutMs }, dataDir);
    connection.pragma("cache_size = -16384");
    return connection;
  } catch (error) {
    throw new StartError(`The database file "${path}" cannot be opened: ${(error as Error).message}.`);
  }
}

/** Keeps statements prepared; which are used least lately goes first. */
function cached(connection: BetterSqlite3.Database) {
  const statements = new Map<string, BetterSqlite3.Statement>();
  return {
    close: () => connection.close(),
    prepare(text: string): BetterSqlite3.Statement {
      const known = statements.get(text);
      if (known) return known;
      const statement = connection.prepare(text);
      if (statements.size >= mostStatements) statements.delete(statements.keys().next().value ?? "");
      statements.set(text, statement);
      return statement;
    },
  };
}

/** Foreign keys are looked at when all is done: a migration that makes a table anew would otherwise delete what refers to it. */
async function exclusively<T>(
  connection: BetterSqlite3.Database,
  work: Parameters<MigrationTarget["exclusively"]>[0],
): Promise<T> {
  connection.pragma("foreign_keys = OFF");
  connection.pragma(`busy_timeout = ${migrationWaitMs}`);
  try {
    connection.exec("BEGIN EXCLUSIVE");
    const schema = schemaOf(connection);
    const result = await work(async (text) => {
      if (/^SELECT/.test(text)) return connection.prepare(text).all() as Record<string, unknown>[];
      connection.exec(text);
      return [];
    });
    if (schemaOf(connection) !== schema) requireForeignKeys(connection);
    connection.exec("COMMIT");
    return result as T;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (connection.inTransaction) connection.exec("ROLLBACK");
    throw error;
  } finally {
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
    connection.pragma("foreign_keys = ON");
  }
}

/** A number that changes with every change of a table's definition. */
function schemaOf(connection: BetterSqlite3.Database): unknown {
  return connection.pragma("schema_version", { simple: true });
}

function requireForeignKeys(connection: BetterSqlite3.Database): void {
  const [broken] = connection.pragma("foreign_key_check") as { table: string; parent: string }[];
  if (!broken) return;
  throw new StartError(
    `Rows of the table "${broken.table}" refer to rows of "${broken.parent}" that are not there, so the tables cannot be brought up to date, and nothing was changed. Restore a backup.`,
  );
}

/** Busy, full, read-only or failing disks are for the operator to end; a client can only try again. */
function isUnavailable(error: unknown): boolean {
  const code = error instanceof BetterSqlite3.SqliteError ? error.code : "";
  return /^SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|PROTOCOL)/.test(code);
}
