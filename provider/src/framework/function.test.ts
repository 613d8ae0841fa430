import { ExtData } from "@msgpack/msgpack";
import { describe, expect, expectTypeOf, test } from "vitest";
import { callsOf, seen, value } from "../../test/harness/service-calls.ts";
import { ArgumentError, defineFunction } from "./function.ts";
import { provider } from "./provider.ts";
import { types } from "./values/types.ts";

const repeat = defineFunction({
  summary: "Repeats.",
  description: "Repeats a text.",
  parameters: [
    { name: "text", type: types.string, description: "." },
    { name: "times", type: types.number, description: "." },
  ],
  returns: types.string,
  call(text, times) {
    if (Number(times) < 0) throw new ArgumentError(1, "times must not be negative.");
    return text.repeat(Number(times));
  },
});
const joined = defineFunction({
  summary: "Joins.",
  description: "Joins texts.",
  deprecated: "Use join.",
  parameters: [
    { name: "between", type: types.string, nullable: true, description: "." },
    { name: "first", type: types.list(types.string), description: "." },
  ],
  variadic: { name: "more", type: types.string, description: "." },
  returns: types.object({ text: types.string }),
  call(between, first, ...more) {
    expectTypeOf(between).toEqualTypeOf<string | null>();
    expectTypeOf(first).toEqualTypeOf<readonly (string | null)[]>();
    expectTypeOf(more).toEqualTypeOf<string[]>();
    const bad = more.indexOf("bad");
    if (bad >= 0) throw new ArgumentError(2 + bad, "more must be good");
    return { text: [...first, ...more].join(between ?? "") };
  },
});
defineFunction({
  summary: ".",
  description: ".",
  parameters: [],
  returns: types.string,
  // @ts-expect-error: it returns another type
  call: () => 1,
});
const ask = callsOf(
  provider({
    schema: { description: ".", attributes: {} },
    configure: () => ({}),
    functions: { repeat, joined },
  }),
);

describe("a function", () => {
  const call = (...given: unknown[]) =>
    ask("callFunction", { name: "repeat", arguments: given.map((one) => value(one as object)) });

  test("is described and called", async () => {
    const { functions } = await ask("getFunctions");
    expect(functions.repeat).toMatchObject({
      summary: "Repeats.",
      return: { type: Buffer.from('"string"') },
    });
    expect(seen((await call("ab", 2)).result)).toBe("abab");
  });

  test("says which argument cannot be used, and what else went wrong", async () => {
    expect(await call("ab", -1)).toMatchObject({
      error: { text: "times must not be negative", functionArgument: 1n },
    });
    expect(await call("ab")).toMatchObject({ error: { text: expect.stringContaining("takes 2 arguments") } });
    expect(await ask("callFunction", { name: "none", arguments: [] })).toMatchObject({
      error: { text: "This provider has no function none." },
    });
  });

  test("does not get null that it does not take, in either of its forms", async () => {
    const nothing = { msgpack: Buffer.alloc(0), json: Buffer.alloc(0) };
    for (const none of [nothing, value(null)]) {
      const { error } = await ask("callFunction", { name: "repeat", arguments: [none, value(2 as never)] });
      expect(error.text).toMatch(/^A value cannot be used: text is null/);
    }
  });

  test("takes any number of further arguments, and is not called with what is not wholly known", async () => {
    const join = (...given: unknown[]) =>
      ask("callFunction", { name: "joined", arguments: given.map((one) => value(one as object)) });
    expect(seen((await join("-", ["a"], "b", "c")).result)).toEqual({ text: "a-b-c" });
    expect(seen((await join(null, ["a"])).result)).toEqual({ text: "a" });
    const nothing = { msgpack: Buffer.alloc(0), json: Buffer.alloc(0) };
    const { result } = await ask("callFunction", { name: "joined", arguments: [nothing, value(["b"])] });
    expect(seen(result)).toEqual({ text: "b" });
    expect(await join(null, [], "good", "bad")).toMatchObject({ error: { functionArgument: 3n } });
    expect(await join(null)).toMatchObject({
      error: { text: expect.stringContaining("takes 2 or more arguments") },
    });
    const unknown = new ExtData(0, Uint8Array.of(0));
    expect(seen((await join("-", ["a", unknown])).result)).toBeInstanceOf(ExtData);
    const { functions } = await ask("getFunctions");
    expect(functions.joined).toMatchObject({
      deprecationMessage: "Use join.",
      variadicParameter: { name: "more", type: Buffer.from('"string"') },
    });
  });
});
