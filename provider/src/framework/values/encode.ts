import { REFINED_UNKNOWN } from "./decode.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { Decimal, fromFloat, type NumberValue } from "./numbers.ts";
import { type ObjectType, type Type, typeToJson } from "./types.ts";
import { Dynamic, isRecord, type Path, placed, Unknown, type Value, ValueError } from "./values.ts";

type Known = Exclude<Value, null | Unknown>;

/**
 * Writes a value of a known type as msgpack. Attributes that an object leaves out are null.
 *
 * @throws {ValueError} with the place at which the value is not of that type
 */
export function encode(type: Type, value: Value): Buffer {
  const writer = new MsgpackWriter();
  write(writer, type, value, []);
  return writer.finish();
}

function write(writer: MsgpackWriter, type: Type, value: Value | undefined, path: Path): void {
  if (value === null || value === undefined) {
    writer.nil();
  } else if (value instanceof Unknown) {
    if (value.refinement) writer.extension(REFINED_UNKNOWN, value.refinement);
    else writer.extension(0, Uint8Array.of(0));
  } else {
    writeKnown(writer, type, value, path);
  }
}

function writeKnown(writer: MsgpackWriter, type: Type, value: Known, path: Path): void {
  switch (type.kind) {
    case "string":
      writer.string(typeof value === "string" ? value : unexpected("string", path));
      break;
    case "bool":
      writer.bool(typeof value === "boolean" ? value : unexpected("bool", path));
      break;
    case "number":
      writer.number(toNumber(value, path));
      break;
    case "list":
    case "set":
      writeElements(writer, () => type.element, value, path);
      break;
    case "tuple":
      writeTuple(writer, type.elements, value, path);
      break;
    case "map":
      writeMap(writer, type.element, value, path);
      break;
    case "object":
      writeObject(writer, type.attributes, value, path);
      break;
    case "dynamic":
      writeDynamic(writer, value, path);
      break;
  }
}

function writeElements(
  writer: MsgpackWriter,
  typeOf: (index: number) => Type,
  value: Known,
  path: Path,
): void {
  const elements: readonly Value[] = Array.isArray(value) ? value : unexpected("list", path);
  writer.array(elements.length);
  for (const [index, element] of elements.entries()) write(writer, typeOf(index), element, [...path, index]);
}

function writeTuple(writer: MsgpackWriter, types: readonly Type[], value: Known, path: Path): void {
  if (Array.isArray(value) && value.length !== types.length) {
    throw new ValueError(`expected ${types.length} elements, but there are ${value.length}`, path);
  }
  writeElements(writer, (index) => types[index] as Type, value, path);
}

function writeMap(writer: MsgpackWriter, type: Type, value: Known, path: Path): void {
  const entries = Object.entries(isRecord(value) ? value : unexpected("map", path));
  writer.map(entries.length);
  for (const [key, element] of entries) {
    writer.string(key);
    write(writer, type, element, [...path, { key }]);
  }
}

function writeObject(
  writer: MsgpackWriter,
  attributes: ObjectType["attributes"],
  value: Known,
  path: Path,
): void {
  const object = isRecord(value) ? value : unexpected("object", path);
  const stray = Object.keys(object).find((name) => !Object.hasOwn(attributes, name));
  if (stray !== undefined) throw new ValueError(`there is no attribute ${JSON.stringify(stray)}`, path);
  const entries = Object.entries(attributes);
  writer.map(entries.length);
  for (const [name, type] of entries) {
    writer.string(name);
    write(writer, type, Object.hasOwn(object, name) ? object[name] : null, [...path, name]);
  }
}

function writeDynamic(writer: MsgpackWriter, value: Known, path: Path): void {
  const { type, value: inner } = value instanceof Dynamic ? value : unexpected("value with its type", path);
  writer.array(2);
  writer.bytes(typeToJson(type));
  write(writer, type, inner, path);
}

function toNumber(value: Known, path: Path): NumberValue {
  if (typeof value === "bigint" || value instanceof Decimal) return value;
  const float = typeof value === "number" ? value : unexpected("number", path);
  return placed(path, () => fromFloat(float));
}

function unexpected(expected: string, path: Path): never {
  throw new ValueError(`expected a ${expected}`, path);
}
