import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Together } from "./together.ts";

type Item = { key: string; id: number };

/** Records which items share a go. */
function recording(most: number, fail: (item: Item) => boolean = () => false) {
  const goes: Item[][] = [];
  const together = new Together<Item, number>(
    ({ key }) => key,
    async (items) => {
      goes.push(items);
      await new Promise((resolve) => setImmediate(resolve));
      if (items.some(fail)) throw new Error(`no ${items.map(({ id }) => id)}`);
      return items.map(({ id }) => id);
    },
    most,
  );
  return { together, goes };
}

describe("doing things together", () => {
  it("takes along what arrives meanwhile, no key twice, in order, and gives everyone their own outcome", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c")),
        fc.integer({ min: 1, max: 4 }),
        async (keys, most) => {
          const { together, goes } = recording(most);
          const outcomes = await Promise.all(keys.map((key, id) => together.add({ key, id })));
          expect(outcomes).toEqual(keys.map((_, id) => id));
          for (const go of goes) {
            expect(go.length).toBeLessThanOrEqual(most);
            expect(new Set(go.map(({ key }) => key)).size).toBe(go.length);
          }
          for (const key of new Set(keys)) {
            const ids = goes
              .flat()
              .filter((item) => item.key === key)
              .map(({ id }) => id);
            expect(ids).toEqual(ids.toSorted((a, b) => a - b));
          }
        },
      ),
    );
  });

  it("tells those of a go that failed, and goes on with the next", async () => {
    const { together } = recording(2, ({ id }) => id === 1);
    const items = ["a", "b", "c"].map((key, id) => together.add({ key, id }));
    const outcomes = await Promise.allSettled(items);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await together.add({ key: "a", id: 7 })).toBe(7);
  });
});
