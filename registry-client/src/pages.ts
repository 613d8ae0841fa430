import type { Paging } from "./routes.ts";
import type { Page } from "./types.ts";

/** The most a registry gives in one page. */
const LARGEST_PAGE = 200;

/**
 * Goes through all items of a list, asking for the next page when it comes to it.
 *
 * @param ask how one page is asked for
 * @param expected about how many the caller will take, so that no more are asked for than are needed
 * @throws {RegistryError} what `ask` throws
 * @example
 * for await (const { number } of itemsOf((page) => client.listVersions("acme/web", page))) console.log(number);
 */
export async function* itemsOf<T>(
  ask: (page: Paging) => Promise<Page<T>>,
  expected = LARGEST_PAGE,
): AsyncGenerator<T, void, undefined> {
  const limit = Math.min(Math.max(1, expected), LARGEST_PAGE);
  let cursor: string | undefined;
  do {
    const page = await ask({ limit, cursor });
    yield* page.items;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
