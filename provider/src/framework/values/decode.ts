import { MsgpackReader, type Token } from "./msgpack-reader.ts";
import { fromFloat, parseNumber } from "./numbers.ts";
import { type Type, typeFromJson } from "./types.ts";
import { Dynamic, emptyRecord, type Path, placed, Unknown, type Value, ValueError } from "./values.ts";

/** The extension in which Terraform says what is already certain of an unknown value. */
export const REFINED_UNKNOWN = 12;
// Types of a schema end where the schema does; a dynamic value brings its own, which may hold dynamic values again.
const DEEPEST = 200;

/**
 * Reads a value of a known type from msgpack.
 *
 * @throws {ValueError} with the place at which the bytes are not msgpack, or not a value of that type
 */
export function decode(type: Type, bytes: Uint8Array): Value {
  const decoder = new Decoder(bytes);
  const value = decoder.value(type, [], 0);
  decoder.end();
  return value;
}

class Decoder {
  readonly #reader: MsgpackReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new MsgpackReader(bytes);
  }

  value(type: Type, path: Path, depth: number): Value {
    if (depth > DEEPEST) throw new ValueError(`the value is nested more than ${DEEPEST} deep`, path);
    const token = this.#next(path);
    if (token.kind === "nil") return null;
    // Any extension is an unknown value, by the rules of the protocol; only one of them says more.
    if (token.kind === "extension") {
      return new Unknown(token.type === REFINED_UNKNOWN ? token.data : undefined);
    }
    switch (type.kind) {
      case "string":
        return token.kind === "string" ? token.value : unexpected(token, "string", path);
      case "bool":
        return token.kind === "bool" ? token.value : unexpected(token, "bool", path);
      case "number":
        return this.#number(token, path);
      case "list":
      case "set":
        return this.#elements(token, () => type.element, path, depth);
      case "tuple":
        return this.#tuple(token, type.elements, path, depth);
      case "map":
        return this.#map(token, type.element, path, depth);
      case "object":
        return this.#object(token, type.attributes, path, depth);
      case "dynamic":
        return this.#dynamic(token, path, depth);
    }
  }

  end(): void {
    if (!this.#reader.atEnd) throw new ValueError("there are bytes after the end of the value", []);
  }

  #next(path: Path): Token {
    return placed(path, () => this.#reader.next());
  }

  #number(token: Token, path: Path): Value {
    if (token.kind === "integer") return token.value;
    if (token.kind === "float") return placed(path, () => fromFloat(token.value));
    if (token.kind === "string") return placed(path, () => parseNumber(token.value));
    return unexpected(token, "number", path);
  }

  #elements(token: Token, typeOf: (index: number) => Type, path: Path, depth: number): Value {
    if (token.kind !== "array") return unexpected(token, "list", path);
    const elements: Value[] = [];
    for (let index = 0; index < token.length; index++) {
      elements.push(this.value(typeOf(index), [...path, index], depth + 1));
    }
    return elements;
  }

  #tuple(token: Token, types: readonly Type[], path: Path, depth: number): Value {
    if (token.kind === "array" && token.length !== types.length) {
      throw new ValueError(`expected ${types.length} elements, but there are ${token.length}`, path);
    }
    return this.#elements(token, (index) => types[index] as Type, path, depth);
  }

  #map(token: Token, element: Type, path: Path, depth: number): Value {
    return this.#entries(token, "map", path, (key) => this.value(element, [...path, { key }], depth + 1));
  }

  #object(token: Token, attributes: Readonly<Record<string, Type>>, path: Path, depth: number): Value {
    const object = this.#entries(token, "object", path, (name) => {
      const type = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      if (type === undefined) throw new ValueError(`there is no attribute ${JSON.stringify(name)}`, path);
      return this.value(type, [...path, name], depth + 1);
    });
    const missing = Object.keys(attributes).find((name) => !Object.hasOwn(object, name));
    if (missing !== undefined) throw new ValueError(`the attribute ${missing} is missing`, path);
    return object;
  }

  #entries(token: Token, expected: string, path: Path, read: (key: string) => Value): Record<string, Value> {
    if (token.kind !== "map") return unexpected(token, expected, path);
    const record = emptyRecord();
    for (let entry = 0; entry < token.length; entry++) {
      const key = this.#next(path);
      if (key.kind !== "string") return unexpected(key, "key that is a string", path);
      if (Object.hasOwn(record, key.value)) {
        throw new ValueError(`the key ${JSON.stringify(key.value)} is there twice`, path);
      }
      record[key.value] = read(key.value);
    }
    return record;
  }

  #dynamic(token: Token, path: Path, depth: number): Value {
    const isPair = token.kind === "array" && token.length === 2;
    if (!isPair) return unexpected(token, "pair of a type and a value", path);
    const description = this.#next(path);
    if (description.kind !== "binary" && description.kind !== "string") {
      return unexpected(description, "type", path);
    }
    const type = placed(path, () => typeFromJson(Buffer.from(description.value)));
    return new Dynamic(type, this.value(type, path, depth + 1));
  }
}

const NAMES: Readonly<Record<Token["kind"], string>> = {
  nil: "null",
  bool: "a bool",
  integer: "a number",
  float: "a number",
  string: "a string",
  binary: "binary data",
  array: "a list",
  map: "a map",
  extension: "an extension",
};

function unexpected(token: Token, expected: string, path: Path): never {
  throw new ValueError(`expected a ${expected}, but there is ${NAMES[token.kind]}`, path);
}
