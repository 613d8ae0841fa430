import { Decimal, equalNumbers, fromFloat, type NumberValue } from "./numbers.ts";
import { Dynamic, isRecord, Unknown, type Value } from "./values.ts";

/**
 * Whether two values are the same to Terraform. Two unknown values are not: they may turn out different.
 *
 * @param isSet whether the order of elements says nothing
 */
export function isEqual(a: Value, b: Value, isSet = false): boolean {
  if (a === null || b === null || typeof a === "string" || typeof a === "boolean") return a === b;
  if (a instanceof Unknown || b instanceof Unknown) return false;
  if (a instanceof Dynamic || b instanceof Dynamic) {
    return a instanceof Dynamic && b instanceof Dynamic && isEqual(a.value, b.value);
  }
  if (isNumber(a) || isNumber(b)) return isNumber(a) && isNumber(b) && equalNumbers(exact(a), exact(b));
  if (Array.isArray(a)) return Array.isArray(b) && (isSet ? haveSame(a, b) : areEqual(a, b));
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name] ?? null, b[name] ?? null))
  );
}

function areEqual(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((element, index) => isEqual(element, b[index] ?? null));
}

function haveSame(a: readonly Value[], b: readonly Value[]): boolean {
  const left = [...b];
  return (
    a.length === b.length &&
    a.every((element) => {
      const at = left.findIndex((other) => isEqual(element, other));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    })
  );
}

function isNumber(value: Value): value is NumberValue | number {
  return typeof value === "bigint" || typeof value === "number" || value instanceof Decimal;
}

function exact(value: NumberValue | number): NumberValue {
  return typeof value === "number" ? fromFloat(value) : value;
}
