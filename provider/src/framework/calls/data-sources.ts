import type { ProviderDefinition } from "../../generated/terraform/tfplugin6.ts";
import type { Handlers } from "../../plugin/methods.ts";
import { stateless } from "../completing.ts";
import { deferred, findOffered, type Session, writeFields } from "../session.ts";
import { withinTimeout } from "../timeouts.ts";
import { Unknown } from "../values/values.ts";

type Calls = Pick<Handlers<typeof ProviderDefinition>, "validateDataResourceConfig" | "readDataSource">;

/** Answers the calls about data sources. */
export function dataSourceCalls<Client>(session: Session<Client>): Calls {
  const { answer, provider } = session;
  const find = (typeName: string) => findOffered(provider.dataSources, typeName, "data source");
  return {
    validateDataResourceConfig: ({ typeName, config }, signal) =>
      answer(`ValidateDataResourceConfig ${typeName}`, signal, ({ diagnostics }) => {
        session.validate(find(typeName), config, diagnostics);
        return {};
      }),
    readDataSource: ({ typeName, config, clientCapabilities }, signal) =>
      answer(`ReadDataSource ${typeName}`, signal, async (context) => {
        const source = find(typeName);
        const configured = session.client(clientCapabilities?.deferralAllowed);
        if (!configured) return { deferred, state: writeFields(source.schema, new Unknown()) };
        const fields = session.readConfig(source, config);
        const { wanted, complete } = stateless(source.schema.attributes, fields);
        const result = await withinTimeout(source, "read", fields, { ...context, ...configured }, (within) =>
          source.read(wanted as never, within),
        );
        return { state: writeFields(source.schema, complete(result)) };
      }),
  };
}
