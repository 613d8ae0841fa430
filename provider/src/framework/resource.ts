import type { Diagnostics } from "./diagnostics.ts";
import type { ReadContext } from "./provider.ts";
import type { Config, PartialConfig, Result, Schema, State } from "./schema.ts";
import { type Timeouts, withTimeouts } from "./timeouts.ts";
import type { Unknown, Value } from "./values/values.ts";

/** State of an older schema, or of another resource type: an object of JSON. Its numbers are exact, so not JavaScript's. */
export type OldState = { readonly [name: string]: unknown };

/** A resource of another type that the user moves to this one (`moved` blocks). */
export type Source = {
  /** Address of its provider, such as `registry.terraform.io/hashicorp/null`. */
  readonly provider: string;
  readonly typeName: string;
  readonly schemaVersion: number;
  readonly state: OldState;
};

/** What the plan is made of: what is, what the user wrote, and what will be. */
export type Change<S extends Schema> = {
  /** Null when the resource is new. */
  readonly prior: State<S> | null;
  readonly config: PartialConfig<S>;
  /** What is planned so far; a handler may set what is computed. */
  readonly planned: { -readonly [K in keyof State<S>]: State<S>[K] | Unknown };
};

/** One kind of thing that is made, changed and removed. */
export type Resource<S extends Schema, Client> = {
  readonly schema: S;
  /** Gives it the argument `timeouts`; what takes longer ends with an error that says so. */
  readonly timeouts?: Timeouts;
  /**
   * Whether `create` takes over what is there already under the same `id`. Then what a run has made is not destroyed by
   * the same run: with `create_before_destroy`, or under another address, the old and the new are one thing.
   */
  readonly takesOver?: true;
  /** Reports what is wrong with the configuration as such; what is unknown yet is an `Unknown`. */
  validate?(config: PartialConfig<S>, diagnostics: Diagnostics): void;
  /** Looks at a change before users see it, to report what apply would refuse. Not asked when a resource goes. */
  plan?(change: Change<S>, context: ReadContext<Client>): void | Promise<void>;
  /** Whether two values of an attribute that differ mean the same: then only the state changes, and reading is no drift. */
  meansSame?(name: string, before: Value, after: Value, client: Client): boolean;
  /** Makes it. What the user wrote, or a default, stays as it is, whatever is returned for it. */
  create(config: Config<S>, context: ReadContext<Client>): Promise<Result<S>>;
  /** How it is now, or undefined when it is gone. Another value than in the state is drift, and shown as such. */
  read(state: State<S>, context: ReadContext<Client>): Promise<State<S> | undefined>;
  /** Changes it. Without this, every attribute that can be written must be `requiresReplace`. */
  update?(config: Config<S>, prior: State<S>, context: ReadContext<Client>): Promise<Result<S>>;
  /** Removes it; when it is gone already, that is fine. */
  delete(state: State<S>, context: ReadContext<Client>): Promise<void>;
  /** What can be told from the id of an import alone; {@link read} completes it. */
  import?(id: string, context: ReadContext<Client>): Promise<Partial<State<S>>> | Partial<State<S>>;
  /** By the schema version that state was written with: makes it state of the next version. */
  readonly upgrades?: { readonly [version: number]: (state: OldState) => OldState };
  /**
   * What can be told from a resource of another type, which {@link read} completes; undefined when it cannot become
   * one of these. Terraform asks it of a provider that is not configured.
   */
  move?(source: Source): Partial<State<S>> | undefined;
};

/** Fixes the types of a resource: the schema decides what the handlers get and must give. */
export function resource<const S extends Schema, Client>(
  definition: Resource<S, Client>,
): Resource<Schema, Client> {
  const { schema, timeouts } = definition;
  return { ...definition, schema: withTimeouts(schema, timeouts) } as unknown as Resource<Schema, Client>;
}
