import { Problem } from "./problem.ts";

export const defaultPageSize = 50;

/** Where a page ended, as the client sees it: opaque, so that it can change without breaking anybody. */
export function writeCursor(position: string | number): string {
  return Buffer.from(JSON.stringify([position])).toString("base64url");
}

/**
 * Reads a cursor that {@link writeCursor} wrote.
 *
 * @param kind what the list is ordered by
 * @throws Problem `invalid_request` when it is not one
 */
export function readCursor(cursor: string | undefined, kind: "number"): number | undefined;
export function readCursor(cursor: string | undefined, kind: "string"): string | undefined;
export function readCursor(
  cursor: string | undefined,
  kind: "number" | "string",
): string | number | undefined {
  if (cursor === undefined) return undefined;
  const position = decode(cursor);
  const valid = kind === "number" ? Number.isSafeInteger(position) : isCleanText(position);
  if (valid) return position as string | number;
  throw invalidCursor();
}

/** What a cursor of another list is answered with. */
export function invalidCursor(): Problem {
  const message = "must be the next_cursor of an earlier answer of this list";
  return new Problem("invalid_request", `"query.cursor" ${message}.`, {
    errors: [{ path: "query.cursor", message }],
  });
}

function decode(cursor: string): unknown {
  try {
    const list: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(list) ? list[0] : undefined;
  } catch {
    return undefined;
  }
}

function isCleanText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}

/**
 * Makes a page of rows: stores are asked for one row more than the page holds, which tells whether there are others.
 *
 * @param positionOf what the next page begins after
 */
export function toPage<Row, Item>(
  rows: Row[],
  size: number,
  positionOf: (row: Row) => string | number,
  view: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const next = rows.length > size && last !== undefined ? writeCursor(positionOf(last)) : null;
  return { items: shown.map(view), next_cursor: next };
}
