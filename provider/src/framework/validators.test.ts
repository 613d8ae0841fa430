import { describe, expect, test } from "vitest";
import { Diagnostics } from "./diagnostics.ts";
import type { Attributes } from "./schema.ts";
import { allOrNoneOf, atLeastOneOf, matching, sized, validateAttributes } from "./validators.ts";
import { types } from "./values/types.ts";
import { Unknown } from "./values/values.ts";

describe("one value", () => {
  test("matches a pattern", () => {
    const isPort = matching(/^\d+$/, "a port such as 80");
    expect([isPort("80"), isPort("a")]).toEqual([undefined, 'must be a port such as 80, not "a"']);
  });

  test("has a size: characters as people count them, members of a collection", () => {
    const two = sized(1, 2);
    expect([two("😀😀"), two(["a"]), two({ a: 1, b: 2 })]).toEqual([undefined, undefined, undefined]);
    expect(two("")).toBe("must have between 1 and 2 characters, and has 0");
    expect(two(["a", "b", "c"])).toBe("must have between 1 and 2 members, and has 3");
  });
});

describe("several attributes", () => {
  const found = (check: typeof atLeastOneOf, config: object) => {
    const diagnostics = new Diagnostics();
    check(["a", "b"], { a: null, b: null, ...config }, diagnostics);
    return diagnostics.list.map(({ detail, path }) => [detail, ...path]);
  };

  test("of which one must be set", () => {
    expect(found(atLeastOneOf, {})).toEqual([["Set one of a, b."]]);
    expect([found(atLeastOneOf, { b: "x" }), found(atLeastOneOf, { a: new Unknown() })]).toEqual([[], []]);
  });

  test("that belong together", () => {
    expect(found(allOrNoneOf, { a: "x" })).toEqual([["With a, b must be set too.", "a"]]);
    for (const config of [{}, { a: "x", b: "y" }, { a: new Unknown() }, { a: "x", b: new Unknown() }]) {
      expect(found(allOrNoneOf, config)).toEqual([]);
    }
  });
});

test("no member of attributes within an attribute is null", () => {
  const name = { type: types.string, optional: true, description: "." } as const;
  const within = (mode: "single" | "list") =>
    ({ optional: true, description: ".", nested: { mode, attributes: { name } } }) as const;
  const attributes: Attributes = { rows: within("list"), one: within("single") };
  const diagnostics = new Diagnostics();
  validateAttributes(attributes, { rows: [{ name: "a" }, null], one: { name: null } }, diagnostics);
  expect(diagnostics.list).toMatchObject([
    { summary: "Invalid rows", detail: "rows must have no null in it." },
  ]);
});
