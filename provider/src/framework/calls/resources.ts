import type { ProviderDefinition } from "../../generated/terraform/tfplugin6.ts";
import type { Handlers } from "../../plugin/methods.ts";
import { chosen, completePlan } from "../completing.ts";
import { DiagnosticError, pathToWire } from "../diagnostics.ts";
import { changedNames, type Fields, type Means, planChange } from "../planning.ts";
import type { ReadContext } from "../provider.ts";
import type { Resource } from "../resource.ts";
import { type Attributes, mapNested, type Schema } from "../schema.ts";
import { deferred, findOffered, readFields, readNullable, type Session, writeFields } from "../session.ts";
import { withinTimeout } from "../timeouts.ts";
import { moveState, upgradeState } from "../upgrading.ts";
import { emptyRecord, Unknown, type Value } from "../values/values.ts";

type Calls = Pick<
  Handlers<typeof ProviderDefinition>,
  | "validateResourceConfig"
  | "upgradeResourceState"
  | "moveResourceState"
  | "readResource"
  | "planResourceChange"
  | "applyResourceChange"
  | "importResourceState"
>;
type AnyResource<Client> = Resource<Schema, Client>;

/** Answers the calls about resources. */
export function resourceCalls<Client>(session: Session<Client>): Calls {
  const { answer, provider } = session;
  const find = (typeName: string) => findOffered(provider.resources, typeName, "resource");
  return {
    validateResourceConfig: ({ typeName, config, clientCapabilities }, signal) =>
      answer(`ValidateResourceConfig ${typeName}`, signal, ({ diagnostics }) => {
        const definition = find(typeName);
        const fields = session.validate(definition, config, diagnostics);
        if (!clientCapabilities?.writeOnlyAttributesAllowed) refuseWriteOnly(definition.schema, fields);
        return {};
      }),

    upgradeResourceState: ({ typeName, version, rawState }, signal) =>
      answer(`UpgradeResourceState ${typeName}`, signal, () => {
        const { schema, upgrades } = find(typeName);
        return {
          upgradedState: writeFields(schema, upgradeState(schema, upgrades, Number(version), rawState)),
        };
      }),

    moveResourceState: (request, signal) =>
      answer(`MoveResourceState ${request.targetTypeName}`, signal, () => {
        const definition = find(request.targetTypeName);
        return { targetState: writeFields(definition.schema, moveState(definition, request)) };
      }),

    readResource: ({ typeName, currentState, clientCapabilities, ...request }, signal) =>
      answer(`ReadResource ${typeName}`, signal, async (context) => {
        const definition = find(typeName);
        const { schema } = definition;
        const state = readFields(schema, currentState);
        const configured = session.client(clientCapabilities?.deferralAllowed);
        if (!configured) return { deferred, newState: writeFields(schema, state), private: request.private };
        const now = await withinTimeout(definition, "read", state, { ...context, ...configured }, (within) =>
          definition.read(state as never, within),
        );
        const means = meaning(definition, configured.client);
        return {
          newState: writeFields(schema, now ? kept(schema.attributes, now as Fields, state, means) : null),
          private: request.private,
        };
      }),

    planResourceChange: ({ typeName, clientCapabilities, ...request }, signal) =>
      answer(`PlanResourceChange ${typeName}`, signal, async (context) => {
        const definition = find(typeName);
        const { schema } = definition;
        const prior = readNullable(schema, request.priorState);
        if (readNullable(schema, request.proposedNewState) === null) {
          return { plannedState: writeFields(schema, null) };
        }
        const config = readFields(schema, request.config);
        // With a provider that cannot be configured yet there is nobody to ask, but much to plan all the same.
        const configured = session.client(true);
        const means = configured && meaning(definition, configured.client);
        const { planned, replace } = planChange(schema.attributes, prior, config, means);
        const requiresReplace = replace.map(pathToWire);
        const plannedState = () => writeFields(schema, planned);
        if (!configured) {
          const waits = clientCapabilities?.deferralAllowed ? { deferred } : {};
          return { plannedState: plannedState(), requiresReplace, ...waits };
        }
        if (planned === prior) return { plannedState: plannedState() };
        await definition.plan?.(
          { prior: prior as never, config: config as never, planned: planned as never },
          { ...context, ...configured },
        );
        return { plannedState: plannedState(), requiresReplace };
      }),

    applyResourceChange: ({ typeName, ...request }, signal) =>
      answer(
        `ApplyResourceChange ${typeName}`,
        signal,
        async (context) => {
          const definition = find(typeName);
          const { schema } = definition;
          const configured = session.client();
          const prior = readNullable(schema, request.priorState);
          const planned = readNullable(schema, request.plannedState);
          const config = readNullable(schema, request.config);
          const keyOf = (fields: Fields | null) => JSON.stringify([typeName, fields?.id ?? null]);
          if (planned === null && session.made.has(keyOf(prior))) {
            context.diagnostics.warning("Kept, as it was made anew", keptDetail(typeName, prior?.id));
            return { newState: writeFields(schema, null) };
          }
          const state = await apply(definition, prior, planned, config, { ...context, ...configured });
          if (prior === null && definition.takesOver) session.made.add(keyOf(state));
          return { newState: writeFields(schema, state) };
        },
        // What could not be changed is as it was, and stays in the state.
        { newState: request.priorState },
      ),

    importResourceState: ({ typeName, id, clientCapabilities }, signal) =>
      answer(`ImportResourceState ${typeName}`, signal, async (context) => {
        const { schema, import: take } = find(typeName);
        if (!take) throw new DiagnosticError("Cannot be imported", `${typeName} cannot be imported.`);
        const configured = session.client(clientCapabilities?.deferralAllowed);
        if (!configured) {
          return { deferred, importedResources: [{ typeName, state: writeFields(schema, new Unknown()) }] };
        }
        const state = (await take(id, { ...context, ...configured })) as Fields;
        return {
          importedResources: [{ typeName, state: writeFields(schema, kept(schema.attributes, state)) }],
        };
      }),
  };
}

async function apply<Client>(
  definition: AnyResource<Client>,
  prior: Fields | null,
  planned: Fields | null,
  config: Fields | null,
  context: ReadContext<Client>,
): Promise<Fields | null> {
  const { schema } = definition;
  if (planned === null) {
    if (prior === null) return null;
    await withinTimeout(definition, "delete", prior, context, (within) =>
      definition.delete(prior as never, within),
    );
    return null;
  }
  const means = meaning(definition, context.client);
  if (prior && changedNames(schema.attributes, prior, planned, means).length === 0) return planned;
  const wanted = chosen(schema.attributes, planned, config ?? {});
  const result =
    prior === null
      ? await withinTimeout(definition, "create", planned, context, (within) =>
          definition.create(wanted as never, within),
        )
      : await withinTimeout(definition, "update", planned, context, async (within) => {
          if (!definition.update) throw new Error("a change of this resource was planned, but it has none");
          return definition.update(wanted as never, prior as never, within);
        });
  return completePlan(planned, (result ?? {}) as Fields) as Fields;
}

function keptDetail(typeName: string, id: Value | undefined): string {
  return `${typeName} ${id} was to be destroyed after this run had made it again, with create_before_destroy or under another address. Both are one and the same, so it stays.`;
}

function meaning<Client>({ meansSame }: AnyResource<Client>, client: Client): Means | undefined {
  return meansSame && ((name, before, after) => meansSame(name, before, after, client));
}

/**
 * State as it may be kept: every attribute, those that are only written as null, those that are only kept as before,
 * and what means the same in the words that were there.
 */
function kept(attributes: Attributes, now: Fields, before: Fields = {}, means?: Means): Fields {
  const fields = emptyRecord();
  for (const [name, { local, nested, writeOnly, default: usual }] of Object.entries(attributes)) {
    const [was, is] = [before[name] ?? null, now[name] ?? null];
    const isKept = was !== null && (local || (is !== null && means?.(name, was, is)));
    const value = isKept ? was : local ? (is ?? usual ?? null) : is;
    if (writeOnly) fields[name] = null;
    else
      fields[name] = nested ? mapNested(nested, value, (member) => kept(nested.attributes, member)) : value;
  }
  return fields;
}

function refuseWriteOnly({ attributes }: Schema, fields: Fields): void {
  const given = Object.keys(attributes).find((name) => attributes[name]?.writeOnly && fields[name] !== null);
  if (given === undefined) return;
  throw new DiagnosticError(
    "Write-only attribute not supported",
    `${given} is never kept in the state, which needs Terraform 1.11 or OpenTofu 1.11, or later.`,
    [given],
  );
}
