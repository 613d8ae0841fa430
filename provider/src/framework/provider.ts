import type { Logger } from "../plugin/logger.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { EphemeralResource } from "./ephemeral.ts";
import type { FunctionDefinition } from "./function.ts";
import type { Resource } from "./resource.ts";
import type { Config, PartialConfig, Result, Schema } from "./schema.ts";
import { type Timeouts, withTimeouts } from "./timeouts.ts";

/** What every handler has besides its arguments. */
export type Context = {
  readonly diagnostics: Diagnostics;
  readonly logger: Logger;
  /**
   * Aborted when Terraform is interrupted, or no longer waits for this call. A change gets some seconds more, so that
   * what was done is known, and in the state.
   */
  readonly signal: AbortSignal;
};

/** What reading a data source has: also what configuring the provider gave. */
export type ReadContext<Client> = Context & { readonly client: Client };

/** One kind of thing that can be looked up. */
export type DataSource<S extends Schema, Client> = {
  readonly schema: S;
  /** Gives it the argument `timeouts`. */
  readonly timeouts?: Pick<Timeouts, "read">;
  /** Reports what is wrong with the configuration as such; what is unknown yet is an `Unknown`. */
  validate?(config: PartialConfig<S>, diagnostics: Diagnostics): void;
  /**
   * Looks it up. What the user wrote stays as written, whatever is returned for it.
   *
   * @throws {DiagnosticError} when there is nothing to return
   */
  read(config: Config<S>, context: ReadContext<Client>): Promise<Result<S>>;
};

/** A provider: how it is configured, and what it offers under which type name. */
export type Provider<S extends Schema, Client> = {
  readonly schema: S;
  validate?(config: PartialConfig<S>, diagnostics: Diagnostics): void;
  /**
   * Makes what the handlers work with. It should ask nobody: a plan that reads nothing needs no answer.
   *
   * @throws {DiagnosticError} when the configuration cannot be used
   */
  configure(config: Config<S>, context: Context): Client | Promise<Client>;
  readonly dataSources?: { readonly [typeName: string]: DataSource<Schema, Client> };
  readonly resources?: { readonly [typeName: string]: Resource<Schema, Client> };
  readonly ephemeralResources?: { readonly [typeName: string]: EphemeralResource<Schema, Client> };
  readonly functions?: { readonly [name: string]: FunctionDefinition };
  /** How else the configuration can be given, for users whose configuration is known only after apply. */
  readonly configurationHint?: string;
  /** Who decides what users cannot set, as in "... is decided by the server". Default: the provider. */
  readonly decidedBy?: string;
};

/** Fixes the types of a data source: the schema decides what `read` gets and must give. */
export function dataSource<const S extends Schema, Client>(
  definition: DataSource<S, Client>,
): DataSource<Schema, Client> {
  const { schema, timeouts } = definition;
  return { ...definition, schema: withTimeouts(schema, timeouts) } as unknown as DataSource<Schema, Client>;
}

/** Fixes the types of a provider: the schema decides what `configure` gets. */
export function provider<const S extends Schema, Client>(
  definition: Provider<S, Client>,
): Provider<S, Client> {
  return definition;
}
