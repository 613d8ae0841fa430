import type { Page } from "@waybill/registry-client";
import type { Output } from "./output.ts";

/** What lists show unless told otherwise. */
export const DEFAULT_LIMIT = 100;
/** The most a registry gives in one page. */
const LARGEST_PAGE = 200;

/** Asks page by page until there are `limit` items, and notes on stderr when there are more. */
export async function upTo<T>(
  limit: number,
  output: Output,
  ask: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask({ limit: Math.min(limit - items.length, LARGEST_PAGE), cursor });
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && items.length < limit);
  if (cursor) output.note(`there are more than ${limit}; see them with --limit`);
  return items;
}
