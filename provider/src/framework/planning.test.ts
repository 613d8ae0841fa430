import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completePlan } from "./completing.ts";
import { type Fields, planChange } from "./planning.ts";
import type { Attributes } from "./schema.ts";
import { types } from "./values/types.ts";
import { Unknown, type Value } from "./values/values.ts";

const attributes = {
  name: { type: types.string, required: true, requiresReplace: true, description: "." },
  text: { type: types.string, optional: true, description: "." },
  size: { type: types.number, optional: true, computed: true, default: 3n, description: "." },
  zone: { type: types.string, optional: true, computed: true, description: "." },
  id: { type: types.string, computed: true, stable: true, notNull: true, description: "." },
  revision: { type: types.number, computed: true, description: "." },
  secret: { type: types.string, optional: true, writeOnly: true, description: "." },
  secret_version: { type: types.number, optional: true, requiresReplace: "ifSet", description: "." },
  force: { type: types.bool, optional: true, local: true, description: "." },
  tags: { type: types.set(types.string), optional: true, description: "." },
  disks: {
    optional: true,
    description: ".",
    nested: {
      mode: "list",
      attributes: {
        path: { type: types.string, required: true, description: "." },
        uuid: { type: types.string, computed: true, stable: true, description: "." },
      },
    },
  },
} as const satisfies Attributes;

const empty = Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
const config = (values: Fields = {}): Fields => ({ ...empty, name: "a", ...values });
const state = (values: Fields = {}): Fields => ({
  ...config(),
  size: 3n,
  zone: "z1",
  id: "1",
  revision: 1n,
  ...values,
});

const plan = (prior: Fields | null, written: Fields) => planChange(attributes, prior, written);

describe("a new resource", () => {
  test("has what was written, defaults, and leaves open what apply decides", () => {
    const { planned, replace } = plan(null, config({ text: "t", secret: "s" }));
    expect(planned).toMatchObject({ name: "a", text: "t", size: 3n, secret: null });
    expect(planned.id).toBe(Unknown.notNull);
    for (const name of ["zone", "revision"]) expect(planned[name]).toEqual(new Unknown());
    expect(replace).toEqual([]);
  });

  test("keeps what is not known yet unknown", () => {
    const hidden = new Unknown();
    expect(plan(null, config({ text: hidden, disks: hidden })).planned).toMatchObject({
      text: hidden,
      disks: hidden,
    });
  });
});

describe("a resource that is there", () => {
  test("stays exactly as it is when nothing is written anew", () => {
    const prior = state({ text: "t", tags: ["a", "b"], disks: [{ path: "/", uuid: null }] });
    const written = config({ text: "t", tags: ["b", "a"], disks: [{ path: "/", uuid: null }] });
    expect(plan(prior, written)).toEqual({ planned: prior, replace: [] });
  });

  test("that changes leaves open what may change with it, and nothing else", () => {
    const { planned, replace } = plan(state(), config({ text: "new" }));
    expect(planned).toMatchObject({ text: "new", id: "1", size: 3n });
    for (const name of ["zone", "revision"]) expect(planned[name]).toBeInstanceOf(Unknown);
    expect(replace).toEqual([]);
  });

  test("goes back to the default of what is no longer written", () => {
    expect(plan(state({ size: 9n }), config()).planned.size).toBe(3n);
  });

  test("is replaced by another value of what had one, and not by its first", () => {
    const version = (before: bigint | null, now: bigint) =>
      plan(state({ secret_version: before }), config({ secret_version: now })).replace;
    expect([version(null, 1n), version(1n, 1n), version(1n, 2n)]).toEqual([[], [], [["secret_version"]]]);
  });

  test("is replaced where a function says so", () => {
    const sized = {
      type: types.number,
      required: true,
      requiresReplace: (before: Value, after: Value) => Number(after) < Number(before),
      description: ".",
    } as const;
    const replace = (size: bigint) => planChange({ size: sized }, { size: 5n }, { size }).replace;
    expect([replace(6n), replace(4n)]).toEqual([[], [["size"]]]);
  });

  test("leaves nothing open when only its handling changes", () => {
    expect(plan(state(), config({ force: true }))).toEqual({ planned: state({ force: true }), replace: [] });
  });

  test("is another one when an attribute changes that makes it what it is, also to what is not known yet", () => {
    for (const name of ["b", new Unknown()]) {
      expect(plan(state(), config({ name })).replace).toEqual([["name"]]);
    }
  });

  test("decides within a list only about members that are new", () => {
    const prior = state({ disks: [{ path: "/", uuid: "u1" }] });
    const member = (path: string, uuid: Value = null) => ({ path, uuid });
    const { planned } = plan(prior, config({ disks: [member("/"), member("/home")] }));
    expect(planned.disks).toEqual([member("/", "u1"), member("/home", new Unknown())]);
  });

  test("is planned the same again once it was applied, whatever was written", () => {
    const text = fc.option(fc.string());
    const written = fc.record({
      name: fc.string(),
      text,
      size: fc.option(fc.bigInt()),
      zone: text,
      tags: fc.option(fc.uniqueArray(fc.string())),
      disks: fc.option(fc.array(fc.record({ path: fc.string(), uuid: fc.constant(null) }))),
    });
    const result = { zone: "z", id: "1", revision: 2n, disks: [] };
    fc.assert(
      fc.property(written, fc.option(written), (before, after) => {
        const first = config(before);
        const applied = completePlan(plan(null, first).planned, result) as Fields;
        expect(plan(applied, first)).toEqual({ planned: applied, replace: [] });
        if (after === null) return;
        const changed = completePlan(plan(applied, config(after)).planned, result) as Fields;
        const again = plan(changed, config(after));
        expect(again).toEqual({ planned: changed, replace: [] });
        for (const [name, value] of Object.entries(after)) {
          if (value !== null && name !== "disks") expect(changed[name]).toEqual(value);
        }
      }),
    );
  });
});
