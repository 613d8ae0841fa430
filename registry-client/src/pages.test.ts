import { expect, test } from "vitest";
import { itemsOf } from "./pages.ts";
import type { Paging } from "./routes.ts";

/** A list of numbers in pages of three at most, and what it was asked. */
function listOf(count: number) {
  const asked: Paging[] = [];
  async function ask(page: Paging) {
    asked.push(page);
    const start = Number(page.cursor ?? 0);
    const end = Math.min(start + Math.min(page.limit ?? 3, 3), count);
    const items = Array.from({ length: end - start }, (_, index) => start + index);
    return { items, next_cursor: end < count ? String(end) : null };
  }
  return { ask, asked };
}

test("gives every item of every page, in order", async () => {
  const { ask, asked } = listOf(7);
  expect(await all(itemsOf(ask))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, "3", "6"]);
  expect(await all(itemsOf(listOf(0).ask))).toEqual([]);
});

test("asks for no page that nobody comes to, and for none larger than a registry gives", async () => {
  const { ask, asked } = listOf(7);
  for await (const item of itemsOf(ask, 1_000)) if (item === 2) break;
  expect(asked).toEqual([{ limit: 200, cursor: undefined }]);
});

test("ends with what ends the asking", async () => {
  const failing = itemsOf<number>(async () => {
    throw new Error("the registry is gone");
  });
  await expect(failing.next()).rejects.toThrow("the registry is gone");
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
