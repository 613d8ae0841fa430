import { Deferred_Reason, type DynamicValue, ProviderDefinition } from "../generated/terraform/tfplugin6.ts";
import type { Logger } from "../plugin/logger.ts";
import { type Handlers, type Service, service } from "../plugin/methods.ts";
import { type Answering, answering } from "./answering.ts";
import { DiagnosticError } from "./diagnostics.ts";
import type { DataSource, Provider } from "./provider.ts";
import { isReadOnly, type Schema, schemaToWire, typeOfSchema } from "./schema.ts";
import { validateAttributes } from "./validators.ts";
import { decode } from "./values/decode.ts";
import { encode } from "./values/encode.ts";
import { decodeJson } from "./values/json.ts";
import { emptyRecord, isRecord, isWhollyKnown, Unknown, type Value, ValueError } from "./values/values.ts";

/** Terraform may skip asking for the schema when it has it from another process of this provider. */
const serverCapabilities = { getProviderSchemaOptional: true };

/** Answers the calls of Terraform's protocol for a provider. */
export function providerService<S extends Schema, Client>(
  provider: Provider<S, Client>,
  logger: Logger,
): Service {
  return service(ProviderDefinition, new Session(provider, logger).handlers());
}

type Configured<Client> = { readonly client: Client } | { readonly unknown: readonly string[] };
type Fields = { readonly [name: string]: Value };

class Session<S extends Schema, Client> {
  readonly #provider: Provider<S, Client>;
  readonly #answering: Answering;
  #configured: Configured<Client> | undefined;

  constructor(provider: Provider<S, Client>, logger: Logger) {
    this.#provider = provider;
    this.#answering = answering(logger);
  }

  handlers(): Handlers<typeof ProviderDefinition> {
    const { dataSources, schema } = this.#provider;
    const { answer, stop } = this.#answering;
    return {
      getMetadata: () => ({
        serverCapabilities,
        dataSources: Object.keys(dataSources).map((typeName) => ({ typeName })),
      }),
      getProviderSchema: () => ({
        serverCapabilities,
        provider: schemaToWire(schema),
        dataSourceSchemas: Object.fromEntries(
          Object.entries(dataSources).map(([typeName, { schema }]) => [typeName, schemaToWire(schema)]),
        ),
      }),
      validateProviderConfig: ({ config }, signal) =>
        answer("ValidateProviderConfig", signal, ({ diagnostics }) => {
          const fields = read(schema, config);
          validateAttributes(schema.attributes, fields, diagnostics, this.#provider.decidedBy);
          this.#provider.validate?.(fields as never, diagnostics);
          return {};
        }),
      configureProvider: ({ config }, signal) =>
        answer("ConfigureProvider", signal, async (context) => {
          const fields = read(schema, config);
          const unknown = Object.keys(fields).filter((name) => !isWhollyKnown(fields[name] ?? null));
          this.#configured =
            unknown.length > 0
              ? { unknown }
              : { client: await this.#provider.configure(fields as never, context) };
          return {};
        }),
      validateDataResourceConfig: ({ typeName, config }, signal) =>
        answer(`ValidateDataResourceConfig ${typeName}`, signal, ({ diagnostics }) => {
          const source = this.#dataSource(typeName);
          const fields = read(source.schema, config);
          validateAttributes(source.schema.attributes, fields, diagnostics, this.#provider.decidedBy);
          source.validate?.(fields as never, diagnostics);
          return {};
        }),
      readDataSource: ({ typeName, config, clientCapabilities }, signal) =>
        answer(`ReadDataSource ${typeName}`, signal, async (context) => {
          const source = this.#dataSource(typeName);
          const type = typeOfSchema(source.schema);
          const fields = read(source.schema, config);
          const configured = this.#configured;
          if (configured === undefined)
            throw new Error("the provider was asked to read before it was configured");
          if ("unknown" in configured) {
            if (!clientCapabilities?.deferralAllowed) throw this.#notConfigurable(configured.unknown);
            const deferred = { reason: Deferred_Reason.PROVIDER_CONFIG_UNKNOWN };
            return { deferred, state: { msgpack: encode(type, new Unknown()) } };
          }
          const result = await source.read(fields as never, { ...context, client: configured.client });
          return { state: { msgpack: encode(type, complete(source.schema, fields, result as Fields)) } };
        }),
      stopProvider: () => {
        stop();
        return {};
      },
    };
  }

  #dataSource(typeName: string): DataSource<Schema, Client> {
    const { dataSources } = this.#provider;
    const found = Object.hasOwn(dataSources, typeName) ? dataSources[typeName] : undefined;
    if (found) return found;
    const known = Object.keys(dataSources).join(", ");
    throw new DiagnosticError("No such data source", `This provider has no ${typeName}. It has: ${known}.`);
  }

  #notConfigurable(unknown: readonly string[]): DiagnosticError {
    return new DiagnosticError(
      "Provider configuration is known only after apply",
      `The provider's ${unknown.join(" and ")} will be known only when something else in this configuration has been ` +
        "applied, so nothing can be read before that. Apply what it depends on first (-target=...), or give " +
        `the provider a value that is already known.${this.#provider.configurationHint ? ` ${this.#provider.configurationHint}` : ""}`,
      unknown.slice(0, 1),
    );
  }
}

function read(schema: Schema, value: DynamicValue | undefined): Fields {
  const type = typeOfSchema(schema);
  const json = value !== undefined && value.msgpack.length === 0 && value.json.length > 0;
  const fields = json ? decodeJson(type, value.json) : decode(type, value?.msgpack ?? Buffer.alloc(0));
  if (isRecord(fields)) return fields;
  throw new ValueError("the configuration is not an object", []);
}

/** What was written stays, where it may be written; the rest is the result's. */
function complete({ attributes }: Schema, written: Fields, result: Fields): Fields {
  const state = emptyRecord();
  for (const [name, attribute] of Object.entries(attributes)) {
    const given = isReadOnly(attribute) ? null : written[name];
    state[name] = given ?? (attribute.computed ? (result[name] ?? null) : null);
  }
  return state;
}
