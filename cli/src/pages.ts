import { itemsOf, type Page, type Paging } from "@waybill/registry-client";
import type { Output } from "./output.ts";

/** What lists show unless told otherwise. */
export const DEFAULT_LIMIT = 100;
/** Asks page by page until there are `limit` items, and notes on stderr when there are more. */
export async function upTo<T>(
  limit: number,
  output: Output,
  ask: (page: Paging) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  for await (const item of itemsOf(ask, limit + 1)) {
    if (items.length === limit) {
      output.note(`there are more than ${limit}; see them with --limit`);
      break;
    }
    items.push(item);
  }
  return items;
}
