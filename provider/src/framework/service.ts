import { ProviderDefinition } from "../generated/terraform/tfplugin6.ts";
import type { Logger } from "../plugin/logger.ts";
import { type Handlers, type Service, service } from "../plugin/methods.ts";
import { dataSourceCalls } from "./calls/data-sources.ts";
import { ephemeralResourceCalls } from "./calls/ephemeral-resources.ts";
import { functionCalls, functionToWire } from "./calls/functions.ts";
import { resourceCalls } from "./calls/resources.ts";
import { schemaToWire } from "./calls/schemas.ts";
import type { Provider } from "./provider.ts";
import type { Schema } from "./schema.ts";
import { mapValues, readFields, Session } from "./session.ts";

/** Terraform may skip asking for the schema when it has it from another process of this provider. */
const serverCapabilities = { getProviderSchemaOptional: true, moveResourceState: true };

/** Answers the calls of Terraform's protocol for a provider. */
export function providerService<S extends Schema, Client>(
  provider: Provider<S, Client>,
  logger: Logger,
): Service {
  const session = new Session(provider as unknown as Provider<Schema, Client>, logger);
  const handlers: Handlers<typeof ProviderDefinition> = {
    ...providerCalls(session),
    ...dataSourceCalls(session),
    ...resourceCalls(session),
    ...ephemeralResourceCalls(session),
    ...functionCalls(session, logger),
  };
  return { ...service(ProviderDefinition, handlers), end: () => session.end() };
}

type ProviderCalls = Pick<
  Handlers<typeof ProviderDefinition>,
  "getMetadata" | "getProviderSchema" | "validateProviderConfig" | "configureProvider" | "stopProvider"
>;

function providerCalls<Client>(session: Session<Client>): ProviderCalls {
  const { answer, stop, provider } = session;
  const { schema, dataSources, resources, ephemeralResources, functions } = provider;
  const typeNames = (offered: object = {}) => Object.keys(offered).map((typeName) => ({ typeName }));
  const schemas = (offered: { readonly [name: string]: { schema: Schema } } = {}) =>
    mapValues(offered, (one) => schemaToWire(one.schema));
  return {
    getMetadata: () => ({
      serverCapabilities,
      dataSources: typeNames(dataSources),
      resources: typeNames(resources),
      ephemeralResources: typeNames(ephemeralResources),
      functions: Object.keys(functions ?? {}).map((name) => ({ name })),
    }),
    getProviderSchema: () => ({
      serverCapabilities,
      provider: schemaToWire(schema),
      dataSourceSchemas: schemas(dataSources),
      resourceSchemas: schemas(resources),
      ephemeralResourceSchemas: schemas(ephemeralResources),
      functions: mapValues(functions, functionToWire),
    }),
    validateProviderConfig: ({ config }, signal) =>
      answer("ValidateProviderConfig", signal, ({ diagnostics }) => {
        session.validate(provider, config, diagnostics);
        return {};
      }),
    configureProvider: ({ config }, signal) =>
      answer("ConfigureProvider", signal, async (context) => {
        const fields = readFields(schema, config);
        await session.configure(fields, () => provider.configure(fields as never, context));
        return {};
      }),
    stopProvider: () => {
      stop();
      return {};
    },
  };
}
