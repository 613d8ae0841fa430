import { decode as decodeLibrary } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyType, typed } from "../../../test/harness/arbitrary-values.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { decodeJson } from "./json.ts";
import { Decimal, fromFloat, parseNumber, toExactFloat } from "./numbers.ts";
import { type Type, typeFromJson, types, typeToJson } from "./types.ts";
import { Dynamic, isWhollyKnown, Unknown, ValueError } from "./values.ts";

describe("msgpack", () => {
  test("gives back every value that was written, of every type", () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        expect(decode(type, encode(type, value))).toEqual(value);
      }),
    );
  });

  test("is read by others as it was meant", () => {
    const type = types.map(types.list(types.number));
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.array(fc.maxSafeInteger()), { noNullPrototype: true }),
        (value) => {
          fc.pre(!Object.hasOwn(value, "__proto__"));
          expect(decodeLibrary(encode(type, value))).toEqual(value);
        },
      ),
    );
  });

  test("refuses bytes that are no value of the type with the place of the fault, and nothing else", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.tuple(typed, fc.nat(), fc.nat(255)).map(([{ type, value }, at, byte]) => {
        const broken = Buffer.from(encode(type, value));
        broken[at % broken.length] = byte;
        return broken;
      }),
    );
    fc.assert(
      fc.property(anyType, bytes, (type, bytes) => {
        try {
          decode(type, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ValueError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, string, Type, RegExp, ValueError["path"]]>([
    [
      "a list that claims four thousand million elements",
      "ddffffffff",
      types.list(types.string),
      /end in the middle/,
      [0],
    ],
    ["an attribute that does not exist", "81a161c0", types.object({}), /no attribute "a"/, []],
    ["an attribute that is missing", "80", types.object({ a: types.string }), /a is missing/, []],
    ["a key that is there twice", "82a161c0a161c0", types.map(types.string), /"a" is there twice/, []],
    ["a text that is not UTF-8", "81a161a1ff", types.map(types.string), /not UTF-8/, [{ key: "a" }]],
    ["bytes after the end", "c0c0", types.string, /after the end/, []],
    [
      "a number where there should be a text",
      "9107",
      types.list(types.string),
      /expected a string, but there is a number/,
      [0],
    ],
    ["an infinite number", "cb7ff0000000000000", types.number, /not finite/, []],
    ["a dynamic value of no type", "92c403224122c0", types.dynamic, /not one that Terraform has/, []],
    ["a tuple of another length", "91c0", types.tuple([]), /expected 0 elements/, []],
  ])("refuses %s", (_what, hex, type, message, path) => {
    const error = thrown(() => decode(type, Buffer.from(hex, "hex")));
    expect(error).toBeInstanceOf(ValueError);
    expect((error as ValueError).message).toMatch(message);
    expect((error as ValueError).path).toEqual(path);
  });

  test("takes every extension for an unknown value, and keeps what is already certain of it", () => {
    expect(decode(types.string, Buffer.from("d40000", "hex"))).toEqual(new Unknown());
    expect(decode(types.number, Buffer.from("c7030c810100", "hex"))).toEqual(
      new Unknown(Uint8Array.of(0x81, 1, 0)),
    );
    expect(decode(types.bool, Buffer.from("d5630102", "hex"))).toEqual(new Unknown());
    expect(encode(types.string, new Unknown()).toString("hex")).toBe("d40000");
    expect(isWhollyKnown([{ a: [new Dynamic(types.string, new Unknown())] }])).toBe(false);
    expect(isWhollyKnown([{ a: [new Dynamic(types.string, "known")] }])).toBe(true);
  });

  test("does not write values that are not of the type", () => {
    const image = types.list(types.object({ id: types.string, size: types.number }));
    expect(thrown(() => encode(image, [{ id: 7, size: 1 }]))).toMatchObject({ path: [0, "id"] });
    expect(thrown(() => encode(image, [{ id: "a", size: Number.NaN }]))).toMatchObject({ path: [0, "size"] });
    expect(thrown(() => encode(image, [{ id: "a", sise: 1 }]))).toMatchObject({
      message: 'there is no attribute "sise"',
    });
    expect(thrown(() => encode(types.map(types.bool), { "a b": "no" }))).toMatchObject({
      path: [{ key: "a b" }],
    });
    expect(thrown(() => encode(types.dynamic, "untyped"))).toBeInstanceOf(ValueError);
  });

  test("writes what an object leaves out as null", () => {
    expect(decodeLibrary(encode(types.object({ a: types.string }), {}))).toEqual({ a: null });
  });
});

describe("numbers", () => {
  test("are exact whatever their size", () => {
    const digits = "1234567890".repeat(50);
    for (const text of [
      digits,
      `0.${digits}1`,
      `-${digits}.5`,
      "0.1",
      "18446744073709551616",
      "-9223372036854775809",
    ]) {
      const value = decode(types.number, encode(types.number, parseNumber(text)));
      expect(String(value)).toBe(text);
    }
  });

  test("are equal however they were written", () => {
    expect(parseNumber("1.50")).toEqual(parseNumber("15e-1"));
    expect(parseNumber("2.000")).toBe(2n);
    expect(parseNumber("-0.0")).toBe(0n);
    expect(fromFloat(0.5)).toEqual(parseNumber("0.5"));
  });

  test("keep what a float is, not what it is printed as", () => {
    expect(String(fromFloat(0.1))).toBe("0.1000000000000000055511151231257827021181583404541015625");
    expect(toExactFloat(parseNumber("0.1"))).toBeUndefined();
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (float) => {
        expect(toExactFloat(fromFloat(float))).toBe(Object.is(float, -0) ? 0 : float);
      }),
    );
  });

  test("go out as integer, float or text, as Terraform writes them", () => {
    const written = (text: string) =>
      decodeLibrary(encode(types.number, parseNumber(text)), { useBigInt64: true });
    expect(written("127")).toBe(127);
    expect(written("-9223372036854775808")).toBe(-(2n ** 63n));
    expect(written("18446744073709551616")).toBe("18446744073709551616");
    expect(written("0.5")).toBe(0.5);
    expect(written("0.1")).toBe("0.1");
  });

  test.each(["", "one", "1.", ".5", "0x10", "1e", "NaN", "1e99999999999", "9".repeat(20_000)])(
    "refuse %j",
    (text) => {
      expect(() => parseNumber(text)).toThrow(RangeError);
    },
  );

  test("do not unfold an exponent that would fill the memory", () => {
    const value = parseNumber("1e500000000");
    expect(value).toBeInstanceOf(Decimal);
    expect(decode(types.number, encode(types.number, value))).toEqual(value);
  });
});

describe("types", () => {
  test("come back from their JSON", () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(typeFromJson(typeToJson(type))).toEqual(type);
      }),
    );
  });

  test.each([
    "",
    "null",
    '"text"',
    '["list"]',
    '["object",[]]',
    '["tuple",{}]',
    `${'["list",'.repeat(200)}"bool"${"]".repeat(200)}`,
  ])("are not read from %s", (json) => {
    expect(() => typeFromJson(Buffer.from(json))).toThrow(TypeError);
  });
});

describe("json", () => {
  const read = (type: Type, json: string) => decodeJson(type, Buffer.from(json));

  test("keeps numbers exact", () => {
    expect(read(types.list(types.number), "[123456789012345678901234567890, 0.1, 1e2]")).toEqual([
      123456789012345678901234567890n,
      parseNumber("0.1"),
      100n,
    ]);
  });

  test("reads objects, maps and dynamic values", () => {
    const type = types.object({ a: types.map(types.bool), b: types.dynamic, c: types.tuple([types.string]) });
    const value = read(
      type,
      '{"a":{"__proto__":true},"b":{"type":["list","string"],"value":["x"]},"c":["y"]}',
    );
    expect(decode(type, encode(type, value))).toEqual(value);
    expect(value).toMatchObject({ b: new Dynamic(types.list(types.string), ["x"]), c: ["y"] });
    expect(read(type, "{}")).toEqual({ __proto__: null, a: null, b: null, c: null });
  });

  test.each<[string, Type, ValueError["path"]]>([
    ["{", types.string, []],
    ["7", types.string, []],
    ['[{"a":1}]', types.list(types.object({ a: types.string })), [0, "a"]],
    ['{"b":1}', types.object({ a: types.string }), []],
    ['{"value":1}', types.dynamic, []],
    ['{"type":"none","value":1}', types.dynamic, []],
  ])("refuses %s with the place of the fault", (json, type, path) => {
    const error = thrown(() => read(type, json));
    expect(error).toBeInstanceOf(ValueError);
    expect((error as ValueError).path).toEqual(path);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
