import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completePlan } from "./completing.ts";
import { type Fields, planChange } from "./planning.ts";
import type { Attributes } from "./schema.ts";
import { types } from "./values/types.ts";
import { isRecord, Unknown, type Value } from "./values/values.ts";

const text = { type: types.string, optional: true, description: "." } as const;
const member = {
  name: { ...text, requiresReplace: true },
  size: { type: types.number, optional: true, computed: true, default: 1n, description: "." },
  tags: { type: types.set(types.string), optional: true, description: "." },
  id: { type: types.string, computed: true, stable: true, description: "." },
  seen: { type: types.string, computed: true, description: "." },
} as const satisfies Attributes;
const within = (mode: "single" | "list" | "set" | "map") =>
  ({ optional: true, description: ".", nested: { mode, attributes: member } }) as const;
const attributes = {
  text,
  one: within("single"),
  row: within("list"),
  bag: within("set"),
  keyed: within("map"),
  usual: { ...within("single"), computed: true, default: { name: "usual" } },
} as const satisfies Attributes;

const written = (name: string, more: Fields = {}) => ({
  name,
  size: null,
  tags: null,
  id: null,
  seen: null,
  ...more,
});
const there = (name: string, more: Fields = {}) => ({
  ...{ name, size: 1n, tags: null, id: `id of ${name}`, seen: "now" },
  ...more,
});
const usual = there("usual");
const config = (values: Fields = {}): Fields => ({
  ...{ text: null, one: null, row: null, bag: null, keyed: null, usual: null },
  ...values,
});
const state = (values: Fields = {}): Fields => ({ ...config(), usual, ...values });
const plan = (prior: Fields | null, values: Fields) => planChange(attributes, prior, config(values));

describe("attributes within an attribute", () => {
  test("that are new have their own defaults, also within a default", () => {
    const planned = { name: "usual", size: 1n, tags: null };
    expect(plan(null, {}).planned.usual).toMatchObject(planned);
    expect(plan(null, { usual: written("a", { size: 5n }) }).planned.usual).toMatchObject({
      name: "a",
      size: 5n,
    });
    expect(plan(state(), {})).toEqual({ planned: state(), replace: [] });
  });

  test("keep what belongs to them, in whatever order a set comes", () => {
    const prior = state({ bag: [there("a"), there("b", { size: 5n, tags: ["x", "y"] }), there("c")] });
    const bag = [written("c"), written("b", { size: 5n, tags: ["y", "x"] }), written("a")];
    expect(plan(prior, { bag })).toEqual({ planned: prior, replace: [] });
    const { planned } = plan(prior, { bag: bag.slice(0, 2), text: "new" });
    expect(planned.bag).toMatchObject([
      { name: "c", size: 1n, id: "id of c" },
      { name: "b", size: 5n, id: "id of b" },
    ]);
  });

  test("keep what is stable when one is put before them, and the new one has nothing of theirs", () => {
    const { planned } = plan(state({ row: [there("a"), there("b")] }), {
      row: ["z", "a", "b"].map((name) => written(name)),
    });
    expect((planned.row as Fields[]).map(({ id }) => id)).toEqual([new Unknown(), "id of a", "id of b"]);
  });

  test("leave open whatever may change with the resource", () => {
    const prior = state({ one: there("a"), keyed: { k: there("b") } });
    const { planned } = plan(prior, {
      text: "new",
      one: written("a"),
      keyed: { k: written("b", { size: 2n }) },
    });
    expect(planned).toMatchObject({
      one: { id: "id of a", seen: new Unknown() },
      keyed: { k: { size: 2n, id: "id of b", seen: new Unknown() } },
    });
  });

  test("say where a change makes another resource", () => {
    const prior = state({
      one: there("a"),
      row: [there("b")],
      keyed: { k: there("c"), l: there("d") },
      bag: [there("e")],
    });
    const values = {
      one: written("A"),
      row: [written("B"), written("new")],
      keyed: { k: written("c", { size: 2n }), l: written("D") },
      bag: [written("E")],
    };
    const replace = [
      ["one", "name"],
      ["row", 0, "name"],
      ["keyed", { key: "l" }, "name"],
    ];
    expect(plan(prior, values).replace).toEqual(replace);
  });

  test("are planned the same again once they were applied, however a set is ordered and what apply gives", () => {
    const members = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("a", "b", "c", "d"),
        size: fc.option(fc.bigInt({ min: 0n, max: 3n })),
        tags: fc.option(fc.uniqueArray(fc.constantFrom("x", "y"))),
        id: fc.constant(null),
        seen: fc.constant(null),
      }),
      { selector: ({ name }) => name },
    );
    const fill = (value: Value): Value => {
      if (Array.isArray(value)) return value.map(fill).reverse();
      if (!isRecord(value)) return value;
      return "name" in value
        ? { ...value, id: `id of ${value.name}`, seen: "now" }
        : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one)]));
    };
    fc.assert(
      fc.property(members, members, (before, after) => {
        const apply = (prior: Fields | null, bag: Value) => {
          const { planned } = plan(prior, { bag });
          return completePlan(planned, fill(planned)) as Fields;
        };
        let now = apply(null, before);
        for (const bag of [after, before]) {
          now = apply(now, bag);
          expect(plan(now, { bag: [...bag].reverse() })).toEqual({ planned: now, replace: [] });
          for (const one of now.bag as Fields[]) expect(one.id).toBe(`id of ${one.name}`);
        }
      }),
    );
  });
});
