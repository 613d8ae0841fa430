import fc from "fast-check";
import { MsgpackWriter } from "../../src/framework/values/msgpack-writer.ts";
import { fromFloat, parseNumber } from "../../src/framework/values/numbers.ts";
import { type Type, types } from "../../src/framework/values/types.ts";
import { Dynamic, Unknown, type Value } from "../../src/framework/values/values.ts";

const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("__proto__", "constructor", "", "name"),
);

/** Any type, nested a few levels. */
export const anyType: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Type>(types.string, types.number, types.bool, types.dynamic),
    tie("type").map(types.list),
    tie("type").map(types.set),
    tie("type").map(types.map),
    fc.array(tie("type"), { maxLength: 3 }).map(types.tuple),
    fc
      .dictionary(key, tie("type"), { maxKeys: 3, noNullPrototype: true })
      .map((attributes) => types.object(attributes)),
  ),
})).type;

/** The type that a dynamic value turns out to have; it may hold dynamic values again. */
const concreteType = fc.constantFrom<Type>(
  types.string,
  types.number,
  types.list(types.number),
  types.set(types.string),
  types.map(types.bool),
  types.tuple([types.bool, types.dynamic]),
  types.object({ id: types.string, rest: types.dynamic }),
);

/** Any number: of any size, whole or not. */
export const anyNumber = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(fromFloat),
  fc.tuple(fc.bigInt(), fc.integer({ min: -400, max: 400 })).map(([n, e]) => parseNumber(`${n}e${e}`)),
);

/** What is certain of an unknown value, as any bytes: the codec passes it on unread. */
const anyRefinement = fc.option(fc.uint8Array(), { nil: undefined }).map((bytes) => new Unknown(bytes));

type Write = (writer: MsgpackWriter) => void;
const small = fc.bigInt({ min: -1_000n, max: 1_000n });
const whole = (key: bigint, value: bigint) => [
  (writer: MsgpackWriter) => {
    writer.number(key);
    writer.number(value);
  },
];
const bound = (key: bigint, value: bigint, isIncluded: boolean) => (writer: MsgpackWriter) => {
  writer.number(key);
  writer.array(2);
  writer.number(value);
  writer.bool(isIncluded);
};
const lengths = fc
  .tuple(fc.nat(5), fc.nat(5))
  .map(([least, more]) => [...whole(5n, BigInt(least)), ...whole(6n, BigInt(least + more + 1))]);

/** What else can be certain of an unknown value of a kind, by the numbers of Terraform's protocol. */
const certain: { readonly [kind: string]: fc.Arbitrary<Write[]> } = {
  string: fc.string({ unit: "binary", minLength: 1 }).map((prefix) => [
    (writer) => {
      writer.number(2n);
      writer.string(prefix.normalize());
    },
  ]),
  number: fc
    .tuple(small, fc.boolean(), small, fc.boolean())
    .map(([least, isLeast, more, isMost]) => [bound(3n, least, isLeast), bound(4n, 2_001n + more, isMost)]),
  list: lengths,
  set: lengths,
  map: lengths,
};

/** Unknown values as Terraform makes them: nothing is certain, it is not null, or what it is like. */
function refined(type: Type): fc.Arbitrary<Unknown> {
  const nothing = fc.constant(new Unknown());
  if (type.kind === "dynamic") return nothing;
  const none = fc.constant<Write[]>([]);
  return fc.oneof(nothing, fc.oneof(none, certain[type.kind] ?? none).map(refinement));
}

function refinement(more: Write[]): Unknown {
  const writer = new MsgpackWriter();
  writer.map(1 + more.length);
  writer.number(1n);
  writer.bool(false);
  for (const write of more) write(writer);
  return new Unknown(Uint8Array.from(writer.finish()));
}

type Unknowns = (type: Type) => fc.Arbitrary<Unknown> | undefined;

/** A value of a type, with nulls and, unless `unknowns` gives none, unknown values anywhere in it. */
export function anyValueOf(type: Type, unknowns: Unknowns = () => anyRefinement): fc.Arbitrary<Value> {
  const unknown = unknowns(type);
  return fc.oneof(
    { weight: 12, arbitrary: knownValueOf(type, unknowns) },
    { weight: 1, arbitrary: fc.constant(null) },
    ...(unknown ? [{ weight: 1, arbitrary: unknown }] : []),
  );
}

function knownValueOf(type: Type, unknowns: Unknowns): fc.Arbitrary<Value> {
  const inner = (of: Type) => anyValueOf(of, unknowns);
  switch (type.kind) {
    case "string":
      return fc.string({ unit: "binary" });
    case "bool":
      return fc.boolean();
    case "number":
      return anyNumber;
    case "list":
    case "set":
      return fc.array(inner(type.element), { maxLength: 4 });
    case "tuple":
      return fc.tuple(...type.elements.map(inner));
    case "map":
      return fc.dictionary(key, inner(type.element), { maxKeys: 4 }).map(withoutPrototype);
    case "object": {
      const entries = Object.entries(type.attributes).map(([name, of]) =>
        inner(of).map((value) => [name, value]),
      );
      return fc.tuple(...entries).map((pairs) => withoutPrototype(Object.fromEntries(pairs)));
    }
    case "dynamic":
      return concreteType.chain((of) => inner(of).map((value) => new Dynamic(of, value)));
  }
}

function withoutPrototype(record: Record<string, Value>): Value {
  return Object.defineProperties(Object.create(null), Object.getOwnPropertyDescriptors(record));
}

const withType = (type: fc.Arbitrary<Type>, unknowns?: Unknowns) =>
  type.chain((type) => anyValueOf(type, unknowns).map((value) => ({ type, value })));

/** A type with a value of it. */
export const typed = withType(anyType);

/**
 * Types of values that there are: all elements of a collection have one type, so none of them is dynamic, and the
 * names of attributes are plain.
 */
export const realType = anyType.filter((type) => isReal(type, false));

function isReal(type: Type, isElement: boolean): boolean {
  switch (type.kind) {
    case "dynamic":
      return !isElement;
    case "list":
    case "set":
    case "map":
      return isReal(type.element, true);
    case "tuple":
      return type.elements.every((element) => isReal(element, isElement));
    case "object":
      return Object.entries(type.attributes).every(
        ([name, attribute]) => /^[ -~]*$/.test(name) && isReal(attribute, isElement),
      );
    default:
      return true;
  }
}

/** As {@link typed}, with unknown values as Terraform makes them. */
export const refinedTyped = withType(realType, refined);

/** As {@link typed}, wholly known. */
export const knownTyped = withType(realType, () => undefined);
