import { Decimal, type NumberValue } from "./numbers.ts";
import type { Type } from "./types.ts";

/**
 * A value of Terraform's language: lists, sets and tuples are arrays; maps and objects are records without a
 * prototype, so that every key is only a key.
 */
export type Value =
  | null
  | string
  | boolean
  | NumberValue
  | number
  | Unknown
  | Dynamic
  | readonly Value[]
  | { readonly [key: string]: Value };

/**
 * A value that is known only after apply. What is already certain of it ("not null", "starts with ami-") is kept as
 * it came, for whoever gets the value next.
 */
export class Unknown {
  /** A value that will not be null: `{1: false}` in msgpack, as the protocol refines unknown values. */
  static readonly notNull = new Unknown(Uint8Array.of(0x81, 0x01, 0xc2));

  readonly refinement: Uint8Array | undefined;

  constructor(refinement?: Uint8Array) {
    this.refinement = refinement;
  }
}

/** A value where the schema says `dynamic`, with the type it turned out to have. */
export class Dynamic {
  readonly type: Type;
  readonly value: Value;

  constructor(type: Type, value: Value) {
    this.type = type;
    this.value = value;
  }
}

/** Where in a value: an attribute's name, an index into a list, or a key of a map. */
export type Path = readonly (string | number | { readonly key: string })[];

/** A value that is not what its type says. */
export class ValueError extends Error {
  readonly path: Path;

  constructor(message: string, path: Path) {
    super(message);
    this.name = "ValueError";
    this.path = path;
  }
}

/** Runs what knows only bytes and texts, and gives its errors their place in the value. */
export function placed<T>(path: Path, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new ValueError(error.message, path);
    throw error;
  }
}

/** Whether nothing in a value is left to be known after apply. */
export function isWhollyKnown(value: Value): boolean {
  if (value instanceof Unknown) return false;
  if (value instanceof Dynamic) return isWhollyKnown(value.value);
  if (Array.isArray(value)) return value.every(isWhollyKnown);
  return !isRecord(value) || Object.values(value).every(isWhollyKnown);
}

/** Whether a value is a map or an object. */
export function isRecord(value: Value | undefined): value is { readonly [key: string]: Value } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown || value instanceof Dynamic || value instanceof Decimal)
  );
}

/** What is at a place within a value; null where there is nothing. */
export function valueAt(value: Value, path: Path): Value {
  return path.reduce((at: Value, step) => {
    if (Array.isArray(at)) return at[Number(step)] ?? null;
    const key = typeof step === "object" ? step.key : step;
    return isRecord(at) && Object.hasOwn(at, key) ? (at[key] ?? null) : null;
  }, value);
}

/** Makes an empty record in which `__proto__` is a key like any other. */
export function emptyRecord(): Record<string, Value> {
  return Object.create(null);
}
