import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { Database, DatabaseLog } from "./database.ts";
import { planAnew } from "./lists.ts";
import type { MigrationTarget } from "./migrate.ts";
import { Notifications } from "./notifications.ts";
import { setRunner } from "./prepared.ts";
import type { Tables } from "./schema.ts";
import { Signals } from "./signals.ts";

const poolSize = 10;
/** Covers the wait for a free connection too: when a hundred publish at once, the last waits for all others. */
const connectTimeoutMs = 15_000;
const statementTimeoutMs = 15_000;
const lockTimeoutMs = 10_000;
/** Longer than the server's own limit, for when the network is gone and no answer comes at all. */
const answerTimeoutMs = 20_000;

/** Any number that no other program takes: servers that start together migrate one after the other. */
export const migrationLock = 8421_0001;

/** Numbers as numbers and moments as RFC 3339 in UTC, as SQLite has them. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/** So many texts are kept prepared by every connection; further ones, such as of long lists, are not. */
const mostPrepared = 400;
const names = new Map<string, string>();

/** Keeps what it is asked prepared: planning a query anew would cost more than most take. */
class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg's own type is a list of overloads, which cannot be implemented.
  override query(config: any, values?: any, callback?: any): any {
    const isKept = typeof config === "string" && values?.length > 0 && !config.includes(planAnew);
    const name = isKept ? nameOf(config) : undefined;
    const answer = super.query(name ? { name, text: config } : config, values, callback) as unknown;
    // A newer server has changed a table: what this connection has prepared is of no use any more. Nor is one from which
    // nothing comes: the next query would wait for the answer to this one.
    if (answer instanceof Promise) {
      answer.catch(({ code, message }) => {
        if (code === "0A000" || message === "Query read timeout") this.end().catch(() => {});
      });
    }
    return answer;
  }
}

function nameOf(text: string): string | undefined {
  const name = names.get(text) ?? `waybill_text_${names.size}`;
  if (!names.has(text) && names.size < mostPrepared) names.set(text, name);
  return names.get(text);
}

/** Opens a pool of connections to PostgreSQL; connections that break are replaced. */
export function openPostgres(
  url: string,
  log: DatabaseLog,
): { database: Database; migrations: MigrationTarget } {
  const settings = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
  };
  const pool = new pg.Pool({
    ...settings,
    types,
    max: poolSize,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: 30_000,
    application_name: "waybill",
    Client: PreparingClient,
  });
  // One that breaks between two queries of a transaction is nobody's to hear of; the next query fails.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", (error) => log.warn({ error: error.message }, "a connection to the database broke"));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  setRunner(db, async (name, text, values) => (await pool.query({ name, text, values })).rows);

  const signals = new Signals();
  const notifications = new Notifications(pool, settings, signals, log);
  const database: Database = {
    dialect: "postgres",
    reads: db,
    async write(work) {
      const done = await db.transaction().execute(async (tx) => ({ tx, result: await work(tx) }));
      notifications.send(signals.committed(done.tx));
      return done.result;
    },
    signal: async (tx, topic) => signals.note(tx, topic),
    onSignal(topic, listener) {
      notifications.listen();
      return signals.on(topic, listener);
    },
    async ping() {
      await sql`select 1`.execute(db);
    },
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    isUnavailable,
    async close() {
      await notifications.close();
      await pool.end();
    },
  };
  return { database, migrations: { folder: "postgres", exclusively: (work) => exclusively(pool, work) } };
}

async function exclusively<T>(
  pool: pg.Pool,
  work: Parameters<MigrationTarget["exclusively"]>[0],
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    // A migration may take longer than a request, and so may waiting for another server's.
    await client.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
    await client.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
    const result = await work(async (text) => (await client.query(text)).rows ?? []);
    await client.query("COMMIT");
    client.release();
    return result as T;
  } catch (error) {
    // The connection goes, and with it the transaction.
    client.release(true);
    throw error;
  }
}

/** 0A000: a prepared statement of before a migration that another server has run; see PreparingClient. */
const unavailableCodes =
  /^(08|0A000|28|3D000|53|55000|57P|57014|55P03|40001|40P01|25P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;
const unavailableMessages = /timeout|Connection terminated|connection error|not queryable|Cannot use a pool/i;

/** Connections that fail or break or are refused, limits of the server, and time that ran out. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string") return unavailableCodes.test(error.code);
  return unavailableMessages.test(error.message);
}
