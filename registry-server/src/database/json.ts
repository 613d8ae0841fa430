/**
 * A JSON column as its value. PostgreSQL hands it over parsed, SQLite as text.
 *
 * @param column a column that is an object or a list, never a bare text
 */
export function readJson<T extends object>(column: T): T {
  return typeof column === "string" ? (JSON.parse(column) as T) : column;
}

/** A value as a JSON column takes it, on both databases. */
export function writeJson(value: object): string {
  return JSON.stringify(value);
}

/** A text that is the same for equal values, whatever the order of their keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
