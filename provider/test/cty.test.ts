/** What Terraform itself, which is cty, makes of our bytes, and we of its. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GoHelper, startGoHelper } from "../../tools/go-helper.ts";
import { decode } from "../src/framework/values/decode.ts";
import { encode } from "../src/framework/values/encode.ts";
import { decodeJson } from "../src/framework/values/json.ts";
import { Decimal, equalNumbers, parseNumber, toExactFloat } from "../src/framework/values/numbers.ts";
import { type Type, types, typeToJson } from "../src/framework/values/types.ts";
import { Dynamic, isRecord, isWhollyKnown, type Value } from "../src/framework/values/values.ts";
import { anyValueOf, knownTyped, realType, refinedTyped } from "./harness/arbitrary-values.ts";

type Question = { type: unknown; msgpack: string; other?: string; json?: string };
type Answer = { msgpack?: string; equal?: boolean; error?: string };

const numRuns = 2_000;
let cty: GoHelper<Question, Answer>;

beforeAll(async () => {
  cty = await startGoHelper<Question, Answer>("cty-check");
});
afterAll(() => cty.end());

const described = (type: Type) => JSON.parse(typeToJson(type).toString()) as unknown;
const bytes = (value: Uint8Array) => Buffer.from(value).toString("base64");

/** What cty makes of bytes: read, and written again. */
async function rewritten(type: Type, msgpack: Uint8Array): Promise<Buffer> {
  const answer = await cty.ask({ type: described(type), msgpack: bytes(msgpack) });
  if (answer.msgpack === undefined) throw new Error(`cty refuses what we wrote: ${answer.error}`);
  return Buffer.from(answer.msgpack, "base64");
}

/** Whether bytes of theirs and of ours are one value. */
function isOne(type: Type, theirs: Uint8Array, ours: Uint8Array): Promise<Answer> {
  return cty.ask({ type: described(type), msgpack: bytes(theirs), other: bytes(ours) });
}

describe("cty", () => {
  test("reads every value that we write, and what it writes is the same after we have read and written it", async () => {
    await fc.assert(
      fc.asyncProperty(refinedTyped, async ({ type, value }) => {
        // cty composes characters, sorts sets and rounds numbers to 512 bits; after that nothing may change any more.
        const theirs = await rewritten(type, encode(type, value));
        const ours = encode(type, decode(type, theirs));
        expect(await isOne(type, theirs, ours)).toEqual({ equal: true });
      }),
      { numRuns },
    );
  });

  test("finds in our bytes the very value that was meant", async () => {
    await fc.assert(
      fc.asyncProperty(knownTyped, async ({ type, value }) => {
        // In a set, cty tells a number from itself when the one came as a float and the other as text.
        fc.pre(!hasSetOfNumbers(type, false));
        const json = toJson(type, value);
        fc.pre((json.match(/-?\d+\.\d+/g) ?? []).every(isTextOfFloat));
        const ours = encode(type, value);
        const question = { type: described(type), msgpack: bytes(ours), json };
        expect(await cty.ask(question)).toEqual({ equal: true });
        // The state is JSON: what we read there is that value too.
        const read = encode(type, decodeJson(type, Buffer.from(json)));
        expect(await isOne(type, read, ours)).toEqual({ equal: true });
      }),
      { numRuns },
    );
  });

  test.each([
    ["64 bits and more", 2n ** 64n],
    ["the least of 64 bits and less", -(2n ** 63n) - 1n],
    ["a number that no float has", parseNumber("0.1")],
    ["the least float", parseNumber("5e-324")],
    ["a number of 150 digits", parseNumber(`${"1234567890".repeat(15)}`)],
    ["a fraction of 150 digits", parseNumber(`0.${"1234567890".repeat(15)}`)],
  ])("keeps %s", async (_what, number) => {
    const written = encode(types.number, number);
    const question = { type: "number", msgpack: bytes(written), json: String(number) };
    expect(await cty.ask(question)).toEqual({ equal: true });
    expect(decode(types.number, await rewritten(types.number, written))).toEqual(number);
  });

  test.each<[string, Type, Value]>([
    ["an empty list", types.list(types.string), []],
    ["an empty set", types.set(types.number), []],
    ["an empty map", types.map(types.bool), {}],
    ["an empty tuple", types.tuple([]), []],
    ["an empty object", types.object({}), {}],
    ["the empty text", types.string, ""],
    ["empty in empty", types.list(types.map(types.set(types.string))), [{}, { a: [] }]],
    ["null in a list", types.list(types.string), [null, "", null]],
    ["a dynamic null", types.dynamic, null],
    ["a dynamic empty list", types.dynamic, new Dynamic(types.list(types.string), [])],
    [
      "dynamic in dynamic",
      types.dynamic,
      new Dynamic(types.tuple([types.dynamic]), [new Dynamic(types.bool, true)]),
    ],
  ])("has %s as we have it, both ways", async (_what, type, value) => {
    const written = encode(type, value);
    expect(
      await cty.ask({ type: described(type), msgpack: bytes(written), json: toJson(type, value) }),
    ).toEqual({
      equal: true,
    });
    const theirs = await rewritten(type, written);
    expect(await isOne(type, written, encode(type, decode(type, theirs)))).toEqual({ equal: true });
  });

  test.each(Array.from({ length: 17 }, (_, plane) => plane))(
    "keeps texts of Unicode plane %i",
    async (plane) => {
      // The first and last character of each block of 256, without surrogates, which are none by themselves.
      const points = Array.from(
        { length: 512 },
        (_, index) => plane * 0x1_0000 + (index >> 1) * 0x100 + (index & 1) * 0xff,
      );
      const text = points
        .filter((point) => point < 0xd800 || point > 0xdfff)
        .map((point) => String.fromCodePoint(point).normalize())
        .join("\u200c");
      const written = encode(types.string, text);
      const json = JSON.stringify(text);
      expect(await cty.ask({ type: "string", msgpack: bytes(written), json })).toEqual({ equal: true });
      expect(decode(types.string, await rewritten(types.string, written))).toBe(text.normalize());
    },
  );

  test("rounds 500 digits to what we then keep exactly", async () => {
    const digits = "7".repeat(500);
    for (const text of [digits, `-${digits}`, `0.${digits}`, `${digits}.${digits}`]) {
      const theirs = await rewritten(types.number, encode(types.number, parseNumber(text)));
      const ours = encode(types.number, decode(types.number, theirs));
      expect(await isOne(types.number, theirs, ours)).toEqual({ equal: true });
      const question = {
        type: "number",
        msgpack: bytes(encode(types.number, parseNumber(text))),
        json: text,
      };
      expect(await cty.ask(question)).toEqual({ equal: true });
    }
  });

  test("takes what we take of bytes that are nearly right", async () => {
    const broken = realType.chain((type) =>
      fc.record({
        type: fc.constant(type),
        good: anyValueOf(type, () => undefined).map((value) => encode(type, value)),
        at: fc.nat(),
        byte: fc.nat(255),
      }),
    );
    await fc.assert(
      fc.asyncProperty(broken, async ({ type, good, at, byte }) => {
        const bad = Buffer.from(good);
        bad[at % bad.length] = byte;
        let value: Value;
        try {
          value = decode(type, bad);
        } catch {
          return;
        }
        // What is certain of an unknown value is passed on as it came, right or not.
        if (isWhollyKnown(value)) await rewritten(type, encode(type, value));
      }),
      { numRuns },
    );
  });
});

/** cty tells a float from the same number with more digits than the float needs; Terraform sends floats all the same. */
function isTextOfFloat(text: string): boolean {
  const float = toExactFloat(parseNumber(text));
  return float === undefined || equalNumbers(parseNumber(String(float)), parseNumber(text));
}

function hasSetOfNumbers(type: Type, inSet: boolean): boolean {
  if (type.kind === "number" || type.kind === "dynamic") return inSet;
  if ("element" in type) return hasSetOfNumbers(type.element, inSet || type.kind === "set");
  const inner =
    type.kind === "tuple" ? type.elements : type.kind === "object" ? Object.values(type.attributes) : [];
  return inner.some((one) => hasSetOfNumbers(one, inSet));
}

/** The value as Terraform writes it to state; written apart from our own codec, to be held against it. */
function toJson(type: Type, value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint" || value instanceof Decimal) return String(value);
  if (value instanceof Dynamic) {
    return `{"type":${typeToJson(value.type)},"value":${toJson(value.type, value.value)}}`;
  }
  if (Array.isArray(value)) {
    const typeOf = (index: number) =>
      type.kind === "tuple" ? type.elements[index] : (type as { element: Type }).element;
    return `[${value.map((element, index) => toJson(typeOf(index) as Type, element)).join()}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value);
  const typeOf = (name: string) =>
    type.kind === "object" ? type.attributes[name] : (type as { element: Type }).element;
  const entries = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${toJson(typeOf(name) as Type, member)}`,
  );
  return `{${entries.join()}}`;
}
