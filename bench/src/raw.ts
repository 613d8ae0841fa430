/** What the database does by itself: transactions that leave the same rows behind as a publication does. */
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";

/** Stands for the number of a publication in the one that is copied. */
export const marker = "marker0";

export type Raw = {
  /** Commits transactions one after the other; gives how many of them a second. */
  perSecond(seconds: number): Promise<number>;
  close(): Promise<void>;
};

type Row = Record<string, unknown>;
/** Runs a statement, kept prepared. */
type Run = (text: string, values: unknown[]) => Promise<Row[]> | Row[];
/**
 * Opens a database of the registry for raw transactions: the rows of the one version that it has, one statement for
 * each table, prepared, from one connection.
 */
export async function openRaw(url: string): Promise<Raw> {
  const { run, place, close } = url.startsWith("sqlite:") ? openSqlite(url) : await openPostgres(url);
  const [version = {}] = await run("select * from versions", []);
  const { id, ...versionRow } = version;
  const of = (table: string, column: string, value: unknown) =>
    run(`select * from ${table} where ${column} = ${place(1)}`, [value]);
  const builds = await of("builds", "version_id", id);
  const events = await of("events", "version_id", id);
  const terms = await of("search_terms", "version_id", id);
  const [build = {}] = builds;
  const images = await of("images", "build_id", build.id);
  let number = Number(version.number);

  /** One statement for some rows, with what is different in each transaction. */
  async function insert(table: string, rows: Row[], change: Row): Promise<Row> {
    const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "id" && column !== "xid");
    const values = rows.flatMap((row) =>
      columns.map((column) => (column in change ? change[column] : row[column])),
    );
    const tuple = (at: number) =>
      `(${columns.map((_, index) => place(at * columns.length + index + 1)).join(", ")})`;
    const returning = table === "versions" || table === "builds" ? " returning id" : "";
    const text = `insert into ${table} (${columns.join(", ")}) values ${rows.map((_, at) => tuple(at)).join(", ")}${returning}`;
    const [first = {}] = await run(text, values.map(asValue));
    return first;
  }

  /** The copied values with another number in place of the marker. */
  function asValue(value: unknown): unknown {
    const isJson = typeof value === "object" && value !== null && !(value instanceof Date);
    const text = isJson ? JSON.stringify(value) : value;
    return typeof text === "string" ? text.replaceAll(marker, `raw${number}`) : text;
  }

  async function transaction(): Promise<void> {
    number++;
    await run("begin", []);
    const written = await insert("versions", [versionRow], { number, latest_number: number });
    const builtRow = await insert("builds", builds, { version_id: written.id, latest_number: number });
    await insert("images", images, { build_id: builtRow.id });
    await insert("events", events, { version_id: written.id, number });
    await insert("search_terms", terms, { version_id: written.id });
    const counters = `update artifacts set last_number = ${place(1)}, complete_versions = ${place(2)} where id = ${place(3)}`;
    await run(counters, [number, number, version.artifact_id]);
    await run("commit", []);
  }

  return {
    async perSecond(seconds) {
      const [from, start] = [number, performance.now()];
      while (performance.now() - start < seconds * 1_000) await transaction();
      return ((number - from) * 1_000) / (performance.now() - start);
    },
    close,
  };
}

type Connection = { run: Run; place(position: number): string; close(): Promise<void> };

function openSqlite(url: string): Connection {
  const connection = new BetterSqlite3(url.slice("sqlite:".length), { timeout: 5_000 });
  // As the registry has it.
  connection.pragma("synchronous = FULL");
  connection.pragma("foreign_keys = ON");
  connection.pragma("cache_size = -16384");
  const statements = new Map<string, BetterSqlite3.Statement<unknown[], Row>>();
  return {
    run(text, values) {
      const statement = statements.get(text) ?? connection.prepare<unknown[], Row>(text);
      statements.set(text, statement);
      if (statement.reader) return statement.all(...values);
      statement.run(...values);
      return [];
    },
    place: () => "?",
    close: async () => void connection.close(),
  };
}

async function openPostgres(url: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const names = new Map<string, string>();
  return {
    async run(text, values) {
      const name = names.get(text) ?? `raw_${names.size}`;
      names.set(text, name);
      return (await client.query({ ...(values.length > 0 && { name }), text, values })).rows as Row[];
    },
    place: (position) => `$${position}`,
    close: () => client.end(),
  };
}
