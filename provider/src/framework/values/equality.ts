import { Decimal, equalNumbers, fromFloat, type NumberValue } from "./numbers.ts";
import { type Type, typeToJson } from "./types.ts";
import { Dynamic, isRecord, Unknown, type Value } from "./values.ts";

/**
 * Whether two values are the same to Terraform. Two unknown values are not: they may turn out different.
 *
 * @param type says of what the order means nothing; without it, every order does mean something
 */
export function isEqual(a: Value, b: Value, type?: Type): boolean {
  if (a === null || b === null || typeof a === "string" || typeof a === "boolean") return a === b;
  if (a instanceof Unknown || b instanceof Unknown) return false;
  if (a instanceof Dynamic || b instanceof Dynamic) {
    return (
      a instanceof Dynamic && b instanceof Dynamic && isSameType(a, b) && isEqual(a.value, b.value, a.type)
    );
  }
  if (isNumber(a) || isNumber(b)) return isNumber(a) && isNumber(b) && equalNumbers(exact(a), exact(b));
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    const one = (x: Value, y: Value, step: number) => isEqual(x, y, within(type, step));
    if (type?.kind === "set") return !pair(a, b, (x, y) => one(x, y, 0)).includes(undefined);
    return a.every((element, index) => one(element, b[index] ?? null, index));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) => Object.hasOwn(b, name) && isEqual(a[name] ?? null, b[name] ?? null, within(type, name)),
    )
  );
}

/**
 * For each member the one of the others that fits it, or undefined: the one at its place if that does, and each but
 * once.
 */
export function pair(
  members: readonly Value[],
  others: readonly Value[],
  fits: (member: Value, other: Value) => boolean,
): (Value | undefined)[] {
  const free = new Set(others.keys());
  return members.map((member, index) => {
    const isFitting = (at: number) => free.has(at) && fits(member, others[at] ?? null);
    const at = isFitting(index) ? index : [...free].find(isFitting);
    if (at === undefined) return undefined;
    free.delete(at);
    return others[at] ?? null;
  });
}

function within(type: Type | undefined, step: string | number): Type | undefined {
  switch (type?.kind) {
    case "list":
    case "set":
    case "map":
      return type.element;
    case "tuple":
      return type.elements[Number(step)];
    case "object":
      return type.attributes[step];
    default:
      return undefined;
  }
}

function isSameType(a: Dynamic, b: Dynamic): boolean {
  return typeToJson(a.type).equals(typeToJson(b.type));
}

function isNumber(value: Value): value is NumberValue | number {
  return typeof value === "bigint" || typeof value === "number" || value instanceof Decimal;
}

function exact(value: NumberValue | number): NumberValue {
  return typeof value === "number" ? fromFloat(value) : value;
}
