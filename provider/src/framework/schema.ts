import {
  Schema_Object_NestingMode as NestingMode,
  StringKind,
  type Schema_Attribute as WireAttribute,
  type Schema as WireSchema,
} from "../generated/terraform/tfplugin6.ts";
import type { Partially } from "../plugin/methods.ts";
import type { Validator } from "./validators.ts";
import { type Native, type ObjectType, type Type, types, typeToJson } from "./values/types.ts";
import type { Unknown, Value } from "./values/values.ts";

/** What a provider, data source or resource accepts and gives. Descriptions are Markdown. */
export type Schema = {
  readonly description: string;
  readonly attributes: Attributes;
  /** Of a resource: grows when state that was written before must be upgraded. Default: 0. */
  readonly version?: number;
};
export type Attributes = { readonly [name: string]: Attribute };

/** Who sets an attribute: the user must, the user may, or the provider does (also where the user did not). */
type Use =
  | { readonly required: true; readonly optional?: never; readonly computed?: never }
  | { readonly required?: never; readonly optional: true; readonly computed?: true }
  | { readonly required?: never; readonly optional?: never; readonly computed: true };
/** Either a type, or attributes within the attribute, each described on its own. */
type Shape =
  | { readonly type: Type; readonly nested?: never }
  | { readonly type?: never; readonly nested: Nested };
export type Nested = {
  readonly mode: "single" | "list" | "set" | "map";
  readonly attributes: Attributes;
};
export type Attribute = Use &
  Shape & {
    readonly description: string;
    readonly sensitive?: true;
    /** What to use instead; Terraform warns with it. */
    readonly deprecated?: string;
    /** Checks of the values that are set and known, each on its own. */
    readonly validators?: readonly Validator[];
    /** Never kept in state or plan: the provider gets it from the configuration only (Terraform 1.11 and later). */
    readonly writeOnly?: true;
    /** What an attribute of a resource that is optional and computed has when the user writes nothing. */
    readonly default?: Value;
    /** A change of it makes another resource; with `ifSet`, only where it had a value before. */
    readonly requiresReplace?: true | "ifSet";
    /** How a resource is handled, and nothing of itself: it is only in the state, and its change asks nobody. */
    readonly local?: true;
    /** Computed, and never another one for as long as the resource lives; an update need not leave it unknown. */
    readonly stable?: true;
    /** Computed, and never null: others may rely on it before it is known. */
    readonly notNull?: true;
  };

type NativeAttributes<A> = { readonly [K in keyof A]: NativeAttribute<A[K]> | null };
type NativeAttribute<A> = Attribute extends A
  ? Value
  : A extends { readonly type: infer T extends Type }
    ? Native<T>
    : A extends { readonly nested: { readonly mode: infer M; readonly attributes: infer N } }
      ? NativeNested<M, NativeAttributes<N>>
      : never;
type NativeNested<M, O> = M extends "single"
  ? O
  : M extends "map"
    ? Readonly<Record<string, O | null>>
    : readonly (O | null)[];
type Given<A> = { [K in keyof A]: A[K] extends { required: true } | { optional: true } ? K : never }[keyof A];
type Computed<A> = { [K in keyof A]: A[K] extends { computed: true } ? K : never }[keyof A];

/** What holds of a schema; of one that is not known more closely, values by their names. */
type Of<S extends Schema, T> = string extends keyof S["attributes"] ? { readonly [name: string]: Value } : T;

/** What the user wrote, wholly known; null where nothing was written. */
export type Config<S extends Schema> = Of<
  S,
  {
    readonly [K in Given<S["attributes"]>]:
      | NativeAttribute<S["attributes"][K]>
      | (S["attributes"][K] extends { required: true } ? never : null);
  }
>;
/** What the user wrote, before all of it is known. */
export type PartialConfig<S extends Schema> = Of<
  S,
  { readonly [K in Given<S["attributes"]>]: NativeAttribute<S["attributes"][K]> | null | Unknown }
>;
/** A resource as it is kept: every attribute, wholly known. */
export type State<S extends Schema> = Of<
  S,
  { readonly [K in keyof S["attributes"]]: NativeAttribute<S["attributes"][K]> | null }
>;
/** What the provider gives: every computed attribute. */
export type Result<S extends Schema> = Of<
  S,
  { readonly [K in Computed<S["attributes"]>]: NativeAttribute<S["attributes"][K]> | null }
>;

/** Whether an attribute is only the provider's to set. */
export function isReadOnly(attribute: Attribute | undefined): boolean {
  return attribute?.computed === true && attribute.optional !== true;
}

/** The type that values of a schema have. */
export function typeOfSchema({ attributes }: Pick<Schema, "attributes">): ObjectType {
  const entries = Object.entries(attributes).map(([name, attribute]) => [name, typeOf(attribute)]);
  return types.object(Object.fromEntries(entries));
}

function typeOf({ type, nested }: Attribute): Type {
  if (!nested) return type;
  const object = typeOfSchema(nested);
  return nested.mode === "single" ? object : types[nested.mode](object);
}

/** Writes a schema as the protocol carries it. */
export function schemaToWire({ description, attributes, version = 0 }: Schema): Partially<WireSchema> {
  const block = {
    version: BigInt(version),
    description,
    descriptionKind: StringKind.MARKDOWN,
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
      ...(deprecated === undefined ? {} : { deprecated: true, deprecationMessage: deprecated }),
      ...(nested
        ? { nestedType: { nesting: NESTING[nested.mode], attributes: attributesToWire(nested.attributes) } }
        : { type: typeToJson(type) }),
    }),
  );
}
