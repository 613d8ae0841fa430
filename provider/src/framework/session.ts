import { Deferred_Reason, type DynamicValue } from "../generated/terraform/tfplugin6.ts";
import type { Logger } from "../plugin/logger.ts";
import { type Answering, answering } from "./answering.ts";
import { DiagnosticError, Diagnostics } from "./diagnostics.ts";
import type { Fields } from "./planning.ts";
import type { Provider } from "./provider.ts";
import { type Attributes, type PartialConfig, type Schema, typeOfSchema } from "./schema.ts";
import { validateAttributes } from "./validators.ts";
import { decode } from "./values/decode.ts";
import { encode } from "./values/encode.ts";
import { decodeJson } from "./values/json.ts";
import type { Type } from "./values/types.ts";
import { isRecord, isWhollyKnown, type Value, ValueError } from "./values/values.ts";

type Configured<Client> = { readonly client: Client } | { readonly unknown: readonly string[] };

/** Why something waits for a later run, as the protocol says it. */
export const deferred = { reason: Deferred_Reason.PROVIDER_CONFIG_UNKNOWN };

/** What all calls to one provider share: its definition, and how it was configured. */
export class Session<Client> {
  readonly provider: Provider<Schema, Client>;
  readonly answer: Answering["answer"];
  readonly stop: Answering["stop"];
  /** What this run has made, by type and id: a run of Terraform configures its provider anew. */
  readonly made = new Set<string>();
  /** What is open, with how it is closed: Terraform ends without, when something that uses it fails. */
  readonly opened = new Map<string, () => Promise<unknown>>();
  #configured: Configured<Client> | undefined;

  constructor(provider: Provider<Schema, Client>, logger: Logger) {
    this.provider = provider;
    ({ answer: this.answer, stop: this.stop } = answering(logger));
  }

  /** Keeps what the provider made of its configuration, or what is still unknown of it. */
  async configure(fields: Fields, make: () => Client | Promise<Client>): Promise<void> {
    this.made.clear();
    const unknown = Object.keys(fields).filter((name) => !isWhollyKnown(fields[name] ?? null));
    this.#configured = unknown.length > 0 ? { unknown } : { client: await make() };
  }

  /** Closes what is still open. */
  async end(): Promise<void> {
    await Promise.all([...this.opened.values()].map((close) => close()));
  }

  /**
   * What the handlers work with; undefined when that is known only after apply and the client can wait.
   *
   * @throws {DiagnosticError} when it is not known yet, and the client cannot wait
   */
  client(): { readonly client: Client };
  client(deferralAllowed: boolean | undefined): { readonly client: Client } | undefined;
  client(deferralAllowed = false): { readonly client: Client } | undefined {
    const configured = this.#configured;
    if (configured === undefined) throw new Error("the provider was asked to work before it was configured");
    if (!("unknown" in configured)) return configured;
    if (deferralAllowed) return undefined;
    throw this.#notConfigurable(configured.unknown);
  }

  /** Reports all that is wrong with a configuration. */
  validate<S extends Schema>(
    definition: { schema: S; validate?(config: PartialConfig<S>, diagnostics: Diagnostics): void },
    value: DynamicValue | undefined,
    diagnostics: Diagnostics,
  ): Fields {
    const fields = readFields(definition.schema, value);
    validateAttributes(definition.schema.attributes, fields, diagnostics, this.provider.decidedBy);
    definition.validate?.(fields as never, diagnostics);
    return fields;
  }

  /**
   * Reads a configuration as handlers may rely on it: right, wholly known, and with all that is required. Terraform
   * has made sure of that.
   *
   * @throws {DiagnosticError} the first that validation finds
   * @throws {ValueError} at what is missing, or not known yet
   */
  readConfig<S extends Schema>(
    definition: { schema: S; validate?(config: PartialConfig<S>, diagnostics: Diagnostics): void },
    value: DynamicValue | undefined,
  ): Fields {
    const diagnostics = new Diagnostics();
    const fields = this.validate(definition, value, diagnostics);
    const error = diagnostics.list.find(({ severity }) => severity === "error");
    if (error) throw new DiagnosticError(error.summary, error.detail, error.path);
    refuseIncomplete(definition.schema.attributes, fields);
    return fields;
  }

  #notConfigurable(unknown: readonly string[]): DiagnosticError {
    return new DiagnosticError(
      "Provider configuration is known only after apply",
      `The provider's ${unknown.join(" and ")} will be known only when something else in this configuration has been ` +
        "applied, so nothing can be read before that. Apply what it depends on first (-target=...), or give " +
        `the provider a value that is already known.${this.provider.configurationHint ? ` ${this.provider.configurationHint}` : ""}`,
    );
  }
}

function refuseIncomplete(attributes: Attributes, fields: Fields): void {
  for (const [name, { required }] of Object.entries(attributes)) {
    const value = fields[name] ?? null;
    if (required && value === null) throw new ValueError("it is required", [name]);
    if (!isWhollyKnown(value)) throw new ValueError("it is not known yet", [name]);
  }
}

/**
 * Finds what is offered under a name.
 *
 * @throws {DiagnosticError} naming what there is
 */
export function findOffered<T>(offered: { readonly [name: string]: T } = {}, name: string, what: string): T {
  const found = Object.hasOwn(offered, name) ? offered[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(offered).join(", ") || "none";
  throw new DiagnosticError(`No such ${what}`, `This provider has no ${name}. It has: ${known}.`);
}

/** Reads a value, from either form that the protocol has. */
export function readValue(type: Type, value: DynamicValue | undefined): Value {
  const json = value !== undefined && value.msgpack.length === 0 && value.json.length > 0;
  return json ? decodeJson(type, value.json) : decode(type, value?.msgpack ?? Buffer.alloc(0));
}

/** Reads an object of a schema; null where there is none. */
export function readNullable(schema: Schema, value: DynamicValue | undefined): Fields | null {
  const fields = readValue(typeOfSchema(schema), value);
  if (fields === null || isRecord(fields)) return fields;
  throw new ValueError("the value is not an object", []);
}

/** Reads an object of a schema. */
export function readFields(schema: Schema, value: DynamicValue | undefined): Fields {
  const fields = readNullable(schema, value);
  if (fields !== null) return fields;
  throw new ValueError("the configuration is not an object", []);
}

/** Writes an object of a schema, or null. */
export function writeFields(schema: Schema, fields: Value): { msgpack: Buffer } {
  return { msgpack: encode(typeOfSchema(schema), fields) };
}

/** Each entry of what is offered, written for the protocol. */
export function mapValues<T, R>(
  offered: { readonly [name: string]: T } = {},
  write: (value: T) => R,
): { [name: string]: R } {
  return Object.fromEntries(Object.entries(offered).map(([name, value]) => [name, write(value)]));
}
