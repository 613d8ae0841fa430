import { Decimal, fromFloat, type NumberValue, parseNumber } from "./numbers.ts";
import { type Type, typeFromJson } from "./types.ts";
import { Dynamic, emptyRecord, isRecord, type Path, placed, type Value, ValueError } from "./values.ts";

/** What JSON holds; its numbers are exact. */
export type Json = null | string | boolean | NumberValue | number | Json[] | { readonly [key: string]: Json };

/**
 * Reads a value of a known type from JSON, in which Terraform keeps state and may send values. Numbers stay exact.
 *
 * @throws {ValueError} with the place at which the text is not JSON, or not a value of that type
 */
export function decodeJson(type: Type, bytes: Uint8Array): Value {
  return fromJson(type, parseJson(bytes), []);
}

/** @throws {ValueError} when the text is not JSON */
export function parseJson(bytes: Uint8Array): Json {
  try {
    return JSON.parse(Buffer.from(bytes).toString(), exactNumbers);
  } catch (error) {
    throw new ValueError(`the value is not JSON: ${(error as Error).message}`, []);
  }
}

function exactNumbers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && context?.source ? parseNumber(context.source) : value;
}

/** A value of a known type from JSON that was parsed. @throws {ValueError} */
export function fromJson(type: Type, json: Json, path: Path = []): Value {
  if (json === null) return null;
  switch (type.kind) {
    case "string":
      return typeof json === "string" ? json : unexpected("string", path);
    case "bool":
      return typeof json === "boolean" ? json : unexpected("bool", path);
    case "number":
      // A plain number is what code has made of state.
      if (typeof json === "number") return placed(path, () => fromFloat(json));
      return typeof json === "bigint" || json instanceof Decimal ? json : unexpected("number", path);
    case "list":
    case "set":
      if (!Array.isArray(json)) return unexpected("list", path);
      return json.map((element: Json, index) => fromJson(type.element, element, [...path, index]));
    case "tuple":
      if (!Array.isArray(json) || json.length !== type.elements.length) {
        return unexpected(`list of ${type.elements.length} elements`, path);
      }
      return type.elements.map((element, index) => fromJson(element, json[index] ?? null, [...path, index]));
    case "map":
      return fromEntries(json, path, (key, element) => fromJson(type.element, element, [...path, { key }]));
    case "object":
      return fromEntries({ ...nulls(type.attributes), ...record(json, path) }, path, (name, element) => {
        const attribute = Object.hasOwn(type.attributes, name) ? type.attributes[name] : undefined;
        if (!attribute) throw new ValueError(`there is no attribute ${JSON.stringify(name)}`, path);
        return fromJson(attribute, element, [...path, name]);
      });
    case "dynamic": {
      const { type: description, value = null } = record(json, path);
      if (description === undefined) return unexpected("value with its type", path);
      const inner = placed(path, () => typeFromJson(Buffer.from(JSON.stringify(description))));
      return new Dynamic(inner, fromJson(inner, value, path));
    }
  }
}

function fromEntries(json: Json, path: Path, read: (key: string, element: Json) => Value): Value {
  const result = emptyRecord();
  for (const [key, element] of Object.entries(record(json, path))) result[key] = read(key, element);
  return result;
}

function record(json: Json, path: Path): { readonly [key: string]: Json } {
  return isRecord(json) ? (json as { readonly [key: string]: Json }) : unexpected("map", path);
}

function nulls(attributes: Readonly<Record<string, Type>>): Record<string, null> {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
}

function unexpected(expected: string, path: Path): never {
  throw new ValueError(`expected a ${expected}`, path);
}
