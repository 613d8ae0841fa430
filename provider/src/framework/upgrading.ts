import type { MoveResourceState_Request, RawState } from "../generated/terraform/tfplugin6.ts";
import { DiagnosticError } from "./diagnostics.ts";
import type { Fields } from "./planning.ts";
import type { OldState, Resource } from "./resource.ts";
import { type Schema, typeOfSchema } from "./schema.ts";
import { fromJson, parseJson } from "./values/json.ts";
import { emptyRecord, type Value } from "./values/values.ts";

/**
 * Makes state of an older schema, one version after the other, state of the present one.
 *
 * @param version the schema version that it was written with
 * @throws {DiagnosticError} when it is from a newer provider, or from before there was JSON
 */
export function upgradeState(
  schema: Schema,
  upgrades: Resource<Schema, never>["upgrades"] = {},
  version: number,
  raw: RawState | undefined,
): Fields {
  const present = schema.version ?? 0;
  if (version > present) {
    throw new DiagnosticError(
      "State was written by a newer provider",
      `The state has version ${version} of this resource's schema, and this provider knows ${present} at most. Use the version of the provider that wrote it, or a later one.`,
    );
  }
  let state = readState(raw);
  for (let at = version; at < present; at++) {
    const upgrade = upgrades[at];
    if (!upgrade) throw new Error(`there is no upgrade from version ${at} of the schema`);
    state = upgrade(state);
  }
  return fromJson(typeOfSchema(schema), state as never) as Fields;
}

/**
 * What is known of a resource that was of another type; reading it completes it.
 *
 * @throws {DiagnosticError} when it cannot become one of this type
 */
export function moveState<Client>(
  { schema, move }: Pick<Resource<Schema, Client>, "schema" | "move">,
  request: MoveResourceState_Request,
): Fields {
  const { sourceProviderAddress: provider, sourceTypeName: typeName, sourceSchemaVersion } = request;
  const source = {
    provider,
    typeName,
    schemaVersion: Number(sourceSchemaVersion),
    state: readState(request.sourceState),
  };
  const state = move?.(source);
  if (!state) {
    throw new DiagnosticError(
      "Resource cannot be moved",
      `A ${typeName} of ${provider} cannot become a ${request.targetTypeName}. Remove the moved block, and import the resource instead.`,
    );
  }
  return Object.assign(nulls(schema), state);
}

function readState(raw: RawState | undefined): OldState {
  if (!raw || raw.json.length === 0) {
    throw new DiagnosticError(
      "State is too old",
      "It was written by a Terraform before 0.12, which no version of this provider ever ran under.",
    );
  }
  const state: unknown = parseJson(raw.json);
  if (typeof state === "object" && state !== null && !Array.isArray(state)) return state as OldState;
  throw new DiagnosticError("State cannot be read", "It is not an object.");
}

function nulls({ attributes }: Schema): Record<string, Value> {
  const fields = emptyRecord();
  for (const name of Object.keys(attributes)) fields[name] = null;
  return fields;
}
