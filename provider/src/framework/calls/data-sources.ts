import type { ProviderDefinition } from "../../generated/terraform/tfplugin6.ts";
import type { Handlers } from "../../plugin/methods.ts";
import type { Fields } from "../planning.ts";
import type { Schema } from "../schema.ts";
import { deferred, findOffered, type Session, writeFields } from "../session.ts";
import { withinTimeout } from "../timeouts.ts";
import { emptyRecord, Unknown } from "../values/values.ts";

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
        const result = await withinTimeout(source, "read", fields, { ...context, ...configured }, (within) =>
          source.read(fields as never, within),
        );
        return { state: writeFields(source.schema, complete(source.schema, fields, result as Fields)) };
      }),
  };
}

/** What was written stays, where it may be written; the rest is the result's. */
function complete({ attributes }: Schema, written: Fields, result: Fields): Fields {
  const state = emptyRecord();
  for (const [name, attribute] of Object.entries(attributes)) {
    state[name] = written[name] ?? (attribute.computed ? (result[name] ?? null) : null);
  }
  return state;
}
