import type { Diagnostics } from "./diagnostics.ts";
import type { ReadContext } from "./provider.ts";
import type { Config, PartialConfig, Result, Schema } from "./schema.ts";

/** What is needed to renew and close it: any JSON. Terraform holds it, and keeps it nowhere. */
type Private = { readonly [name: string]: string | number | boolean | null };

type Held = {
  readonly private?: Private;
  /** When Terraform should renew it, should it still be in use then. */
  readonly renewAt?: Date;
};

/** One kind of thing that is there only while Terraform runs, and never in plan or state. */
export type EphemeralResource<S extends Schema, Client> = {
  readonly schema: S;
  validate?(config: PartialConfig<S>, diagnostics: Diagnostics): void;
  open(config: Config<S>, context: ReadContext<Client>): Promise<Held & { readonly result: Result<S> }>;
  renew?(held: Private, context: ReadContext<Client>): Promise<Held>;
  /** Called when nothing needs it any more, also after a failure. */
  close?(held: Private, context: ReadContext<Client>): Promise<void>;
};

/** Fixes the types of an ephemeral resource: the schema decides what `open` gets and must give. */
export function ephemeralResource<const S extends Schema, Client>(
  definition: EphemeralResource<S, Client>,
): EphemeralResource<Schema, Client> {
  return definition as unknown as EphemeralResource<Schema, Client>;
}
