import { CompiledQuery, type Selectable } from "kysely";
import type { Writer } from "./database.ts";
import { dialectOf } from "./dialect.ts";
import type { Tables } from "./schema.ts";

const texts = new Map<string, string>();

/**
 * Adds rows in one statement. They are one JSON value of it, so that its text and its plan are the same however many
 * there are, and one trip to the database takes them all.
 *
 * @param rows all with the same columns; JSON columns as values, not as text
 * @param returning SQL of what to give of each new row, in no order
 */
export async function insertMany<T extends keyof Tables & string, R = never>(
  tx: Writer,
  table: T,
  rows: Partial<Selectable<Tables[T]>>[],
  returning = "",
): Promise<R[]> {
  const [first] = rows;
  if (!first) return [];
  const columns = Object.keys(first);
  const isPostgres = dialectOf(tx).lists === "array";
  const key = [isPostgres, table, returning, ...columns].join(" ");
  const text =
    texts.get(key) ?? `${insertion(table, columns, isPostgres)}${returning && ` returning ${returning}`}`;
  texts.set(key, text);
  return (await tx.executeQuery<R>(CompiledQuery.raw(text, [JSON.stringify(rows)]))).rows;
}

function insertion(table: string, columns: string[], isPostgres: boolean): string {
  const into = `insert into ${table} (${columns.join(", ")}) select`;
  if (isPostgres) return `${into} ${columns.join(", ")} from jsonb_populate_recordset(null::${table}, $1)`;
  return `${into} ${columns.map((column) => `value ->> '${column}'`).join(", ")} from json_each(?)`;
}
