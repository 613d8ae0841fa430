import { describe, expect, test } from "vitest";
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
const ask = callsOf(
  provider({ schema: { description: ".", attributes: {} }, configure: () => ({}), functions: { repeat } }),
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
});
