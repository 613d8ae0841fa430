import type { NumberValue } from "./numbers.ts";
import type { Value } from "./values.ts";

/** The types of Terraform's language. */
export type Type =
  | StringType
  | NumberType
  | BoolType
  | DynamicType
  | ListType
  | SetType
  | MapType
  | TupleType
  | ObjectType;

export type StringType = { readonly kind: "string" };
export type NumberType = { readonly kind: "number" };
export type BoolType = { readonly kind: "bool" };
/** A type that is only known with the value. */
export type DynamicType = { readonly kind: "dynamic" };
export interface ListType<E = Type> {
  readonly kind: "list";
  readonly element: E;
}
export interface SetType<E = Type> {
  readonly kind: "set";
  readonly element: E;
}
export interface MapType<E = Type> {
  readonly kind: "map";
  readonly element: E;
}
export interface TupleType {
  readonly kind: "tuple";
  readonly elements: readonly Type[];
}
export interface ObjectType<A = { readonly [name: string]: Type }> {
  readonly kind: "object";
  readonly attributes: A;
}

/** What TypeScript code gets for a wholly known value of a type, and gives for one. Elements can be null. */
export type Native<T extends Type> = Type extends T
  ? Value
  : T extends StringType
    ? string
    : T extends NumberType
      ? NumberValue | number
      : T extends BoolType
        ? boolean
        : T extends { kind: "list" | "set"; element: infer E extends Type }
          ? readonly (Native<E> | null)[]
          : T extends { kind: "map"; element: infer E extends Type }
            ? Readonly<Record<string, Native<E> | null>>
            : T extends { kind: "object"; attributes: infer A extends { readonly [name: string]: Type } }
              ? { readonly [K in keyof A]: Native<A[K]> | null }
              : Value;

export const types = {
  string: { kind: "string" },
  number: { kind: "number" },
  bool: { kind: "bool" },
  dynamic: { kind: "dynamic" },
  list: <E extends Type>(element: E): ListType<E> => ({ kind: "list", element }),
  set: <E extends Type>(element: E): SetType<E> => ({ kind: "set", element }),
  map: <E extends Type>(element: E): MapType<E> => ({ kind: "map", element }),
  tuple: (elements: readonly Type[]): TupleType => ({ kind: "tuple", elements }),
  object: <const A extends { readonly [name: string]: Type }>(attributes: A): ObjectType<A> => ({
    kind: "object",
    attributes,
  }),
} as const;

const DEEPEST = 100;

/** Writes a type as the JSON bytes that the protocol carries: `["map","string"]`. */
export function typeToJson(type: Type): Buffer {
  return Buffer.from(JSON.stringify(toPlain(type)));
}

/**
 * Reads a type from its JSON bytes.
 *
 * @throws {TypeError} when the bytes describe no type
 */
export function typeFromJson(bytes: Uint8Array): Type {
  let plain: unknown;
  try {
    plain = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw new TypeError("the description of a type is not JSON");
  }
  return fromPlain(plain, 0);
}

function toPlain(type: Type): unknown {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return [type.kind, toPlain(type.element)];
    case "tuple":
      return [type.kind, type.elements.map(toPlain)];
    case "object":
      return [
        type.kind,
        Object.fromEntries(Object.entries(type.attributes).map(([k, v]) => [k, toPlain(v)])),
      ];
    default:
      return type.kind;
  }
}

function fromPlain(plain: unknown, depth: number): Type {
  if (depth > DEEPEST) throw new TypeError(`a type is nested more than ${DEEPEST} deep`);
  const inner = (value: unknown) => fromPlain(value, depth + 1);
  if (plain === "string" || plain === "number" || plain === "bool" || plain === "dynamic")
    return types[plain];
  if (Array.isArray(plain) && plain.length === 2) {
    const [kind, of] = plain as [unknown, unknown];
    if (kind === "list" || kind === "set" || kind === "map") return { kind, element: inner(of) };
    if (kind === "tuple" && Array.isArray(of)) return types.tuple(of.map(inner));
    if (kind === "object" && typeof of === "object" && of !== null && !Array.isArray(of)) {
      return types.object(
        Object.fromEntries(Object.entries(of).map(([name, value]) => [name, inner(value)])),
      );
    }
  }
  throw new TypeError("the description of a type is not one that Terraform has");
}
