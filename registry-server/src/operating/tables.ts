import type { Table, Value } from "./catalog.ts";
import { type Connection, type Filling, OperatingError } from "./connection.ts";
import { TableDigest, type TableSum } from "./digest.ts";

/** Some rows of a table, with their values in the order of its columns' names. */
export type Batch = { table: string; rows: Value[][] };

/** The sums of tables by their names. */
export type Sums = Record<string, TableSum>;

/** Told to the operator while something takes long. */
export type Progress = (line: string) => void;

const rowsAtOnce = 500;
const bytesAtOnce = 1_048_576;

/** All rows of tables, in batches that fit in memory. */
export async function* batchesOf(connection: Connection, tables: Table[]): AsyncIterable<Batch> {
  for (const table of tables) {
    let rows: Value[][] = [];
    let size = 0;
    for await (const row of connection.rows(table)) {
      rows.push(row);
      size += sizeOf(row);
      if (rows.length < rowsAtOnce && size < bytesAtOnce) continue;
      yield { table: table.name, rows };
      rows = [];
      size = 0;
    }
    if (rows.length > 0) yield { table: table.name, rows };
  }
}

function sizeOf(row: Value[]): number {
  return row.reduce<number>(
    (sum, value) => sum + (value === null || typeof value === "number" ? 8 : value.length),
    0,
  );
}

/** Adds up batches on their way, and says which table is done. */
export class Adding {
  readonly #digests: Map<string, TableDigest>;
  readonly #progress: Progress;
  #current: string | undefined;

  constructor(tables: { name: string }[], progress: Progress) {
    this.#digests = new Map(tables.map(({ name }) => [name, new TableDigest()]));
    this.#progress = progress;
  }

  add({ table, rows }: Batch): void {
    if (table !== this.#current) this.#tell();
    this.#current = table;
    const digest = this.#digests.get(table);
    if (!digest) throw new OperatingError(`There are rows of "${table}", which is none of the tables.`);
    for (const row of rows) digest.add(row);
  }

  get sums(): Sums {
    this.#tell();
    this.#current = undefined;
    return Object.fromEntries([...this.#digests].map(([name, { sum }]) => [name, sum]));
  }

  #tell(): void {
    const sum = this.#digests.get(this.#current ?? "")?.sum;
    if (sum) this.#progress(`${this.#current}: ${sum.rows} rows`);
  }
}

/** What is in the tables of a database, read whole. */
export async function sumsOf(connection: Connection, tables: Table[]): Promise<Sums> {
  const adding = new Adding(tables, () => {});
  for await (const batch of batchesOf(connection, tables)) adding.add(batch);
  return adding.sums;
}

/**
 * Fills a database and reads it back.
 *
 * @param shape the tables that the rows are of
 * @param batches what fills them
 * @returns what is in it
 * @throws OperatingError when it is not what came in
 */
export async function fillTables(
  filling: Filling,
  tables: Table[],
  batches: AsyncIterable<Batch>,
  progress: Progress,
): Promise<Sums> {
  const adding = new Adding(tables, progress);
  const byName = new Map(tables.map((table) => [table.name, table]));
  for await (const batch of batches) {
    adding.add(batch);
    const table = byName.get(batch.table);
    if (table) await filling.insert(table, batch.rows);
  }
  const { sums } = adding;
  progress("comparing what was written with what was read");
  requireSame(sums, await sumsOf(filling, tables));
  return sums;
}

/** @throws OperatingError naming the tables that differ */
export function requireSame(expected: Sums, found: Sums): void {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  const different = [...names].flatMap((name) => {
    const [a, b] = [expected[name], found[name]];
    if (a?.digest === b?.digest && a?.rows === b?.rows) return [];
    return [
      `${name} (${a?.rows ?? "no"} rows expected, ${b?.rows ?? "none"} found${a?.rows === b?.rows ? ", with other values" : ""})`,
    ];
  });
  if (different.length === 0) return;
  throw new OperatingError(
    `What arrived is not what was sent: ${different.join(", ")}. Nothing was put in place.`,
  );
}

/** @throws OperatingError when tables of the same schema are not made of the same columns */
export function requireSameShape(
  expected: { name: string; columns: { name: string }[] }[],
  found: Table[],
): void {
  const shapes = [expected, found].map((tables) =>
    Object.fromEntries(
      tables.map(({ name, columns }) => [name, columns.map((column) => column.name).join(", ")]),
    ),
  );
  const [a = {}, b = {}] = shapes;
  const different = Object.keys({ ...a, ...b }).filter((name) => a[name] !== b[name]);
  if (different.length === 0) return;
  throw new OperatingError(`The tables are not those of this Waybill: ${different.join(", ")} differ.`);
}
