import { expect, test } from "vitest";
import { chosen, completePlan, stateless } from "./completing.ts";
import type { Attributes } from "./schema.ts";
import { types } from "./values/types.ts";
import { Unknown } from "./values/values.ts";

const text = { type: types.string, optional: true, description: "." } as const;
const open = new Unknown();

test("what was planned is never overwritten by what apply gives", () => {
  const planned = { known: "a", open, list: [{ known: 1n, open }] };
  const result = { known: "b", open: "x", list: [{ known: 2n, open: "y" }, "more"], stray: 1n };
  expect(completePlan(planned, result)).toEqual({ known: "a", open: "x", list: [{ known: 1n, open: "y" }] });
  expect(completePlan(planned, {})).toEqual({ known: "a", open: null, list: [{ known: 1n, open: null }] });
});

test("a member is completed from the one that agrees with it, wherever that is", () => {
  const planned = [
    { name: "a", tags: ["x"], id: open },
    { name: "b", tags: ["y", "z"], id: open },
  ];
  const result = [
    { name: "b", tags: ["z", "y"], id: "of b" },
    { name: "a", tags: ["x"], id: "of a" },
  ];
  expect(completePlan(planned, result)).toEqual([
    { ...planned[0], id: "of a" },
    { ...planned[1], id: "of b" },
  ]);
  expect(completePlan(planned, [{ id: "1st" }, { id: "2nd" }])).toMatchObject([{ id: "1st" }, { id: "2nd" }]);
});

const attributes = {
  name: text,
  size: { type: types.number, optional: true, computed: true, default: 3n, description: "." },
  id: { type: types.string, computed: true, description: "." },
  logins: {
    optional: true,
    description: ".",
    nested: { mode: "map", attributes: { user: text, key: { ...text, writeOnly: true } } },
  },
} as const satisfies Attributes;

test("handlers get what was written, at any depth also what is only written, and nothing that is open", () => {
  const config = { name: "n", size: null, id: null, logins: { a: { user: "u", key: "k" } } };
  const planned = { name: "n", size: 3n, id: open, logins: { a: { user: "u", key: null } } };
  expect(chosen(attributes, planned, config)).toEqual({ ...config, size: 3n });
});

test("what has no state has defaults too", () => {
  const { wanted, complete } = stateless(attributes, { name: "n", size: null, id: null, logins: null });
  expect(wanted).toMatchObject({ name: "n", size: 3n, id: null });
  expect(complete({ id: "1", size: 9n })).toEqual({ name: "n", size: 3n, id: "1", logins: null });
});
