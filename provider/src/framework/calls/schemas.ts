import {
  Schema_Object_NestingMode as NestingMode,
  StringKind,
  type Schema_Attribute as WireAttribute,
  type Schema as WireSchema,
} from "../../generated/terraform/tfplugin6.ts";
import type { Partially } from "../../plugin/methods.ts";
import type { Attributes, Schema } from "../schema.ts";
import { typeToJson } from "../values/types.ts";

/** Writes a schema as the protocol carries it. */
export function schemaToWire({
  description,
  deprecated,
  attributes,
  version = 0,
}: Schema): Partially<WireSchema> {
  const block = {
    version: BigInt(version),
    description,
    descriptionKind: StringKind.MARKDOWN,
    ...deprecation(deprecated),
    attributes: attributesToWire(attributes),
  };
  return { version: BigInt(version), block };
}

const NESTING = {
  single: NestingMode.SINGLE,
  list: NestingMode.LIST,
  set: NestingMode.SET,
  map: NestingMode.MAP,
} as const;

function attributesToWire(attributes: Attributes): Partially<WireAttribute>[] {
  return Object.entries(attributes).map(
    ([
      name,
      { type, nested, deprecated, description, required, optional, computed, sensitive, writeOnly },
    ]) => ({
      name,
      description,
      required,
      optional,
      computed,
      sensitive,
      writeOnly,
      descriptionKind: StringKind.MARKDOWN,
      ...deprecation(deprecated),
      ...(nested
        ? { nestedType: { nesting: NESTING[nested.mode], attributes: attributesToWire(nested.attributes) } }
        : { type: typeToJson(type) }),
    }),
  );
}

function deprecation(message: string | undefined) {
  return message === undefined ? {} : { deprecated: true, deprecationMessage: message };
}
