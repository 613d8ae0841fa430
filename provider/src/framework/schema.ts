import type { Validator } from "./validators.ts";
import { type Native, type ObjectType, type Type, types } from "./values/types.ts";
import { emptyRecord, isRecord, type Path, type Unknown, type Value } from "./values/values.ts";

/** What a provider, data source or resource accepts and gives. Descriptions are Markdown. */
export type Schema = {
  readonly description: string;
  readonly attributes: Attributes;
  /** Of a resource: grows when state that was written before must be upgraded. Default: 0. */
  readonly version?: number;
  /** What to use instead of all of it; Terraform warns with it. */
  readonly deprecated?: string;
};
export type Attributes = { readonly [name: string]: Attribute };

/** Who sets an attribute: the user must, the user may, or the provider does (also where the user did not). */
type Use =
  | {
      readonly required: true;
      readonly optional?: never;
      readonly computed?: never;
      readonly default?: never;
    }
  | {
      readonly required?: never;
      readonly optional: true;
      readonly computed?: never;
      readonly default?: never;
    }
  | {
      readonly required?: never;
      readonly optional: true;
      readonly computed: true;
      /** What it has when the user writes nothing. */
      readonly default?: Value;
    }
  | {
      readonly required?: never;
      readonly optional?: never;
      readonly computed: true;
      readonly default?: never;
    };
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
    /**
     * A change of it makes another resource; with `ifSet`, only where it had a value before, and with a function, where
     * that says so. What is planned may be an `Unknown`. Within a set, this says nothing.
     */
    readonly requiresReplace?: true | "ifSet" | ((before: Value, planned: Value) => boolean);
    /** How a resource is handled, and nothing of itself: it is only in the state, and its change asks nobody. */
    readonly local?: true;
    /**
     * Computed, and never another one for as long as the resource lives (in a list or a set: for as long as a member
     * keeps all that is written of it), so that a change does not leave it unknown.
     */
    readonly stable?: true;
    /** Computed, and never null: others may rely on it before it is known. */
    readonly notNull?: true;
  };

/** What stands for an attribute that was not written: nothing, where one must be there. */
type Absent<A> = A extends { readonly required: true } | { readonly default: Value } ? never : null;
type NativeAttributes<A> = { readonly [K in keyof A]: NativeAttribute<A[K]> | Absent<A[K]> };
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
    ? Readonly<Record<string, O>>
    : readonly O[];
type Given<A> = { [K in keyof A]: A[K] extends { required: true } | { optional: true } ? K : never }[keyof A];
type Computed<A> = { [K in keyof A]: A[K] extends { computed: true } ? K : never }[keyof A];

/** What holds of a schema; of one that is not known more closely, values by their names. */
type Of<S extends Schema, T> = string extends keyof S["attributes"] ? { readonly [name: string]: Value } : T;

/** What the user wrote, wholly known; null where nothing was written. */
export type Config<S extends Schema> = Of<
  S,
  {
    readonly [K in Given<S["attributes"]>]: NativeAttribute<S["attributes"][K]> | Absent<S["attributes"][K]>;
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

/** The type that values of an attribute have. */
export function typeOf({ type, nested }: Attribute): Type {
  if (!nested) return type;
  const object = typeOfSchema(nested);
  return nested.mode === "single" ? object : types[nested.mode](object);
}

/** The members of attributes within an attribute, each with the steps that lead to it. */
export function members({ mode }: Nested, value: Value): [path: Path, member: Value][] {
  if (mode === "single") return [[[], value]];
  if (Array.isArray(value)) return value.map((member, index) => [[index], member]);
  return isRecord(value) ? Object.entries(value).map(([key, member]) => [[{ key }], member]) : [];
}

/** Makes each of those members anew; what is none, as it is null or unknown, stays. */
export function mapNested(
  nested: Nested,
  value: Value,
  make: (member: { readonly [name: string]: Value }, path: Path) => Value,
): Value {
  const made = members(nested, value).map(([path, member]) =>
    isRecord(member) ? make(member, path) : member,
  );
  if (nested.mode === "single") return made[0] ?? null;
  if (Array.isArray(value)) return made;
  if (!isRecord(value)) return value;
  return Object.assign(
    emptyRecord(),
    Object.fromEntries(Object.keys(value).map((key, at) => [key, made[at]])),
  );
}
