import type { Connection } from "./connection.ts";

/** A value as SQLite keeps it; PostgreSQL's moments and JSON are texts, and its booleans 0 and 1. */
export type Value = string | number | Buffer | null;

/** How a column is read and written; `text` is everything that a text can stand for. */
export type ColumnKind = "text" | "number" | "json" | "moment" | "boolean" | "bytes";

export type Column = { name: string; kind: ColumnKind; type: string };

/** A table with its columns in the order of their names, which is the same on both databases. */
export type Table = { name: string; columns: Column[]; key: string[]; refersTo: string[] };

/**
 * Tables that do not move with a registry: migrations are run anew, and jobs are kept differently by each database
 * (whoever adds one can also find what was left undone).
 */
const staying = new Set(["migrations", "jobs"]);

const kinds: Record<string, ColumnKind | "none"> = {
  ...{ TEXT: "text", INTEGER: "number", REAL: "number", BLOB: "bytes" },
  ...{ text: "text", int2: "number", int4: "number", int8: "number", float8: "number" },
  ...{ jsonb: "json", timestamptz: "moment", bool: "boolean", bytea: "bytes" },
  // Counts transactions of this one PostgreSQL, and is given by it.
  xid8: "none",
};

const catalog = {
  sqlite: {
    columns: `SELECT t.name AS "table", c.name, c.type, c.pk AS key
      FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden = 0`,
    references: `SELECT t.name AS "table", f."table" AS parent
      FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`,
  },
  postgres: {
    columns: `SELECT c.relname AS "table", a.attname AS name, t.typname AS type,
        coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace`,
    references: `SELECT conrelid::regclass::text AS "table", confrelid::regclass::text AS parent
      FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  },
} as const;

/** Every table that makes up a registry, as the database itself describes it; a table comes after those it refers to. */
export async function tablesOf(connection: Connection): Promise<Table[]> {
  const { columns, references } = catalog[connection.dialect];
  const tables = new Map<string, Table>();
  const keys = new Map<string, { name: string; place: number }[]>();
  for (const row of await connection.query(columns)) {
    const { table, name, type, key } = row as { table: string; name: string; type: string; key: number };
    if (staying.has(table)) continue;
    const kind = kinds[type];
    if (!kind) throw new Error(`the column ${name} of ${table} has the type ${type}, which cannot be moved`);
    const entry = tables.get(table) ?? { name: table, columns: [], key: [], refersTo: [] };
    tables.set(table, entry);
    if (kind !== "none") entry.columns.push({ name, kind, type });
    if (key > 0) keys.set(table, [...(keys.get(table) ?? []), { name, place: Number(key) }]);
  }
  for (const table of tables.values()) {
    table.columns.sort((a, b) => (a.name < b.name ? -1 : 1));
    table.key = (keys.get(table.name) ?? []).sort((a, b) => a.place - b.place).map(({ name }) => name);
  }
  for (const row of await connection.query(references)) {
    const { table, parent } = row as { table: string; parent: string };
    if (parent !== table && tables.has(parent)) tables.get(table)?.refersTo.push(parent);
  }
  return inOrder([...tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function inOrder(tables: Table[]): Table[] {
  const ordered: Table[] = [];
  const placed = new Set<string>();
  while (ordered.length < tables.length) {
    const next = tables.find(
      ({ name, refersTo }) => !placed.has(name) && refersTo.every((to) => placed.has(to)),
    );
    if (!next) throw new Error("tables refer to each other in a circle, so none of them can be filled first");
    ordered.push(next);
    placed.add(next.name);
  }
  return ordered;
}
