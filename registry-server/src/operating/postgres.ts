import pg from "pg";
import { applyMigrations } from "../database/migrate.ts";
import { migrationLock } from "../database/postgres.ts";
import { type Column, type Table, tablesOf, type Value } from "./catalog.ts";
import { type Connection, type Filling, OperatingError, type Place, UnreachableError } from "./connection.ts";

const connectTimeoutMs = 15_000;
/** As many as fit in memory whatever they hold: a row with bytes may have a megabyte. */
const rowsAtOnce = 200;
const rowsWithBytesAtOnce = 4;
const applicationName = "waybill-operating";

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());
types.setTypeParser(pg.types.builtins.BOOL, (text) => Number(text === "t"));

/** A registry in a PostgreSQL database. */
export function postgresPlace(url: string, shown: string): Place {
  return {
    shown,
    read: (work, quiet = false) =>
      withClient(url, shown, async (client) => {
        await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
        // Before the first query, which takes the snapshot.
        if (quiet) await shutOthersOut(client, shown);
        return work(reading(client));
      }),
    fill: (schema, work) =>
      withClient(url, shown, async (client) => {
        await client.query("BEGIN");
        const result = await fillDatabase(client, shown, schema, work);
        await client.query("COMMIT");
        return result;
      }),
  };
}

/** Closing the connection ends the transaction; what was not committed is gone. */
async function withClient<T>(
  url: string,
  shown: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    types,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: applicationName,
    keepAlive: true,
  });
  // A connection that breaks between two queries; the next query says so too.
  client.on("error", () => {});
  try {
    await client.connect();
    // Whatever is set for the user: this takes as long as it takes.
    await client.query("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0");
  } catch (error) {
    const cause = error instanceof AggregateError ? error.errors[0] : error;
    throw new UnreachableError(`${shown} cannot be reached: ${(cause as Error).message}.`);
  }
  try {
    return await work(client);
  } catch (error) {
    const { message, code = "" } = error as NodeJS.ErrnoException;
    const isCut = /Connection terminated|not queryable/.test(message) || /^(ECONN|EPIPE)/.test(code);
    if (!isCut && !(error instanceof pg.DatabaseError)) throw error;
    throw new OperatingError(`${shown} refused or was lost: ${message}. Nothing was put in place.`);
  } finally {
    await client.end().catch(() => {});
  }
}

function reading(client: pg.Client): Connection {
  return {
    dialect: "postgres",
    query: async (text) => (await client.query(text)).rows,
    async *rows({ name, columns, key }) {
      const list = columns.map(readColumn).join(", ");
      const order = key.map((column) => `"${column}"`).join(", ") || "ctid";
      const atOnce = columns.some(({ kind }) => kind === "bytes") ? rowsWithBytesAtOnce : rowsAtOnce;
      await client.query(
        `DECLARE reading NO SCROLL CURSOR FOR SELECT ${list} FROM "${name}" ORDER BY ${order}`,
      );
      for (;;) {
        const text = `FETCH ${atOnce} FROM reading`;
        const { rows } = await client.query<Value[]>({ text, rowMode: "array" });
        yield* rows;
        if (rows.length < atOnce) break;
      }
      await client.query("CLOSE reading");
    },
  };
}

function readColumn({ name, kind }: Column): string {
  return kind === "json" ? `"${name}"::text` : `"${name}"`;
}

/** Tables that nobody may change until this ends; servers say by their name that they are there. */
async function shutOthersOut(client: pg.Client, shown: string): Promise<void> {
  const tables = await tablesOf(reading(client));
  await client.query("ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '10s'");
  const list = tables.map(({ name }) => `"${name}"`).join(", ");
  if (list !== "") await client.query(`LOCK TABLE ${list} IN SHARE MODE`);
  const { rows } = await client.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
       AND application_name LIKE 'waybill%' AND application_name <> '${applicationName}' LIMIT 1`,
  );
  if (rows.length === 0) return;
  throw new OperatingError(
    `A server uses ${shown}; what it writes from now on would be left behind. Stop all servers first.`,
  );
}

async function fillDatabase<T>(
  client: pg.Client,
  shown: string,
  schema: number,
  work: (filling: Filling) => Promise<T>,
): Promise<T> {
  const connection = reading(client);
  await requireNothing(client, shown);
  const run = async (text: string) => (await client.query(text)).rows ?? [];
  await applyMigrations(run, "postgres", schema);
  const tables = await tablesOf(connection);
  for (const { name } of tables.toReversed()) await client.query(`DELETE FROM "${name}"`);
  const result = await work({ ...connection, insert: (table, rows) => insert(client, table, rows) });
  await goOnCounting(client);
  await applyMigrations(run, "postgres");
  return result;
}

/** A name that is taken would be an error later, and one that is not would be a mixture. */
async function requireNothing(client: pg.Client, shown: string): Promise<void> {
  // Two that fill the same database go one after the other; the second finds it full.
  await client.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
  const { rows } = await client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'p') ORDER BY 1 LIMIT 1",
  );
  const [found] = rows;
  if (!found) return;
  throw new OperatingError(
    `${shown} is not empty: it has the table "${found.name}". A registry is only made where there is none: make a new database, and name that.`,
  );
}

/** Every value goes over as a text, which PostgreSQL reads as what its column takes. */
async function insert(client: pg.Client, { name, columns }: Table, rows: Value[][]): Promise<void> {
  const names = columns.map((column) => `"${column.name}"`).join(", ");
  const values = columns.map((column) => `r."${column.name}"::${column.type}`).join(", ");
  const given = columns.map((_, index) => `$${index + 1}::text[]`).join(", ");
  const lists = columns.map((_, index) => rows.map((row) => asText(row[index] ?? null)));
  await client.query({
    text: `INSERT INTO "${name}" (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM unnest(${given}) AS r(${names})`,
    values: lists,
  });
}

function asText(value: Value): string | null {
  if (value === null) return null;
  return Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : String(value);
}

/** New rows get ids after those that were given. */
async function goOnCounting(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `SELECT c.relname AS table, a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attidentity <> ''`,
  );
  for (const { table, column } of rows) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence('"${table}"', '${column}'), max("${column}")) FROM "${table}" HAVING max("${column}") IS NOT NULL`,
    );
  }
}
