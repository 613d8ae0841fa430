import type { RevocationState } from "@waybill/registry-client/types";
import {
  artifactArgument,
  asWritten,
  checkArtifactName,
  importId,
  importVersion,
  isLine,
  isMoment,
  isSameMoment,
  isVersionNumber,
  lasting,
  sameArtifact,
  text,
  timeouts,
  withoutNulls,
} from "../attributes.ts";
import { resource } from "../framework/resource.ts";
import type { Config, State } from "../framework/schema.ts";
import { notEmpty } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Context, Registry } from "../registry.ts";

const schema = {
  description:
    "Marks a version as not to be used any more, now or from a date. No channel moves by it; destroying it takes the revocation back, with exactly what descendants have from it. Needs a token with `promote` on the artifact.",
  attributes: {
    artifact: artifactArgument,
    version: {
      type: types.number,
      required: true,
      requiresReplace: true,
      validators: [isVersionNumber],
      description: "The number of the version.",
    },
    reason: {
      type: types.string,
      required: true,
      validators: [notEmpty, isLine],
      description: "Why; shown to everybody who resolves it.",
    },
    at: {
      type: types.string,
      optional: true,
      validators: [notEmpty, isMoment],
      description: "From when on, such as `2026-12-31T18:00:00Z`. Default: as soon as it is applied.",
    },
    with_descendants: {
      type: types.bool,
      optional: true,
      computed: true,
      default: false,
      description:
        "Whether versions built from it, in the same namespace, are revoked too, also those that appear later. Default: `false`.",
    },
    id: { ...text("`namespace/artifact/number`."), ...lasting },
    effective_at: text("Since when, or from when on, it is revoked."),
    revoked_by: text("Who revoked it: the name of a token."),
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_revocation"` */
export const revocation = resource<Schema, Registry>({
  schema,
  timeouts,
  takesOver: true,
  meansSame: (name, before, after, client) =>
    sameArtifact(name, before, after, client) || (name === "at" && isSameMoment(before, after)),

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  create: revoke,

  async read(state, context) {
    const { artifact, version } = importId(String(state.id), "version");
    const found = await context.client.find(context, { ...state, artifact }, (registry, call) =>
      registry.revocations.get(artifact, Number(version), call),
    );
    const own = found?.causes.find((cause) => cause.own);
    if (!own) return undefined;
    return {
      artifact: asWritten(state.artifact, artifact, context.client),
      version: Number(version),
      reason: own.reason,
      at: sameMoment(state.at, own.effective_at),
      with_descendants: state.with_descendants ?? false,
      id: String(state.id),
      effective_at: own.effective_at,
      revoked_by: own.revoked_by,
    };
  },

  update: (config, _prior, context) => revoke(config, context),

  async delete(state, context) {
    const { artifact, version } = importId(String(state.id), "version");
    await context.client.find(context, { ...state, artifact }, (registry, call) =>
      registry.revocations.unrevoke(artifact, Number(version), undefined, call),
    );
  },

  import: importVersion,
});

async function revoke(config: Config<Schema>, context: Context) {
  const artifact = context.client.artifact(config.artifact);
  const { reason, at, with_descendants } = config;
  const body = { reason, ...withoutNulls({ at: at && new Date(at).toISOString(), with_descendants }) };
  const state: RevocationState = await context.client.ask(
    context,
    { ...config, artifact },
    (registry, call) => registry.revocations.revoke(artifact, Number(config.version), body, call),
  );
  const own = state.causes.find((cause) => cause.own);
  return {
    with_descendants,
    id: `${state.artifact}/${state.number}`,
    effective_at: own?.effective_at ?? null,
    revoked_by: own?.revoked_by ?? null,
  };
}

/** As it was written, for as long as it is that moment; without a date nothing drifts. */
function sameMoment(written: State<Schema>["at"], effective: string): string | null {
  if (written === null) return null;
  return isSameMoment(written, effective) ? written : effective;
}
