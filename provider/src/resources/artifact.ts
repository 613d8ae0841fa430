import type { Artifact } from "@waybill/registry-client/types";
import {
  artifactArgument,
  asWritten,
  checkArtifactName,
  idOf,
  importId,
  lasting,
  sameArtifact,
  text,
  timeouts,
} from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { Config, State } from "../framework/schema.ts";
import { noNulls, wholeNumber } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Context, Registry } from "../registry.ts";

const schema = {
  description:
    "An artifact: its description, labels and which of its versions are kept. Publishing makes an artifact by itself; one that is there already becomes what is written here. Needs a token with `publish` on the artifact; for `retention`, and to destroy it, `admin`.",
  attributes: {
    artifact: artifactArgument,
    description: { type: types.string, optional: true, description: "What it is." },
    labels: {
      type: types.map(types.string),
      optional: true,
      validators: [noNulls],
      description: 'Labels, such as `team = "platform"`.',
    },
    retention: {
      optional: true,
      description: "Which versions are kept; all, when this is left out. Others are deleted once a day.",
      nested: {
        mode: "single",
        attributes: {
          keep: {
            type: types.number,
            required: true,
            validators: [wholeNumber(1, 10_000)],
            description: "How many of the newest versions are kept.",
          },
          days: {
            type: types.number,
            required: true,
            validators: [wholeNumber(1, 36_500)],
            description:
              "Versions completed, pointed at by a channel or read within so many days are kept too.",
          },
        },
      },
    },
    force_destroy: {
      type: types.bool,
      optional: true,
      computed: true,
      default: false,
      local: true,
      description:
        "Whether destroying this deletes an artifact that has versions, with all of them. Default: `false`.",
    },
    id: { ...text("`namespace/artifact`."), ...lasting },
    created_at: { ...text("When it was made."), ...lasting },
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_artifact"` */
export const artifact = resource<Schema, Registry>({
  schema,
  timeouts,
  takesOver: true,
  meansSame: sameArtifact,

  validate({ artifact: name }) {
    checkArtifactName(name, "artifact");
  },

  async create(config, context) {
    const name = context.client.artifact(config.artifact);
    const present = await context.client.find(context, { ...config, artifact: name }, (registry, call) =>
      registry.getArtifact(name, call),
    );
    const made = await put(config, present?.retention ?? null, context);
    return { force_destroy: config.force_destroy, ...computed(made) };
  },

  async read(state, context) {
    const { client } = context;
    const name = idOf(state, context);
    const found = await client.find(context, { ...state, artifact: name }, (registry, call) =>
      registry.getArtifact(name, call),
    );
    if (!found) return undefined;
    const { description, retention } = found;
    return {
      artifact: asWritten(state.artifact, found.artifact, client),
      description: description ?? (state.description === "" ? "" : null),
      labels: Object.keys(found.labels).length === 0 ? emptyOr(state.labels) : found.labels,
      retention,
      force_destroy: state.force_destroy ?? false,
      ...computed(found),
    };
  },

  async update(config, prior, context) {
    const changed = await put(config, policyOf(prior.retention), context);
    return { force_destroy: config.force_destroy, ...computed(changed) };
  },

  async delete(state, context) {
    const { client } = context;
    const id = idOf(state, context);
    const config = { ...state, artifact: id };
    const found = await client.find(context, config, (registry, call) => registry.getArtifact(id, call));
    if (!found) return;
    if (found.versions > 0 && !state.force_destroy) {
      throw new DiagnosticError(
        "Artifact has versions",
        `${id} has complete versions (${found.versions}), which would be deleted with it. Set force_destroy = true and apply that first, or take it out of the state: terraform state rm.`,
        ["force_destroy"],
      );
    }
    await client.find(context, config, (registry, call) => registry.deleteArtifact(id, call));
  },

  import: (id) => ({ ...importId(id), id, force_destroy: false }),

  move: ({ typeName, state }) =>
    typeName === "hcp_packer_bucket" ? { artifact: String(state.name) } : undefined,
});

type Policy = Artifact["retention"];

/** Retention is sent only when it is another one: to set it needs more than the rest does. */
function put(config: Config<Schema>, before: Policy, context: Context): Promise<Artifact> {
  const { description, labels } = config;
  const retention = policyOf(config.retention);
  const isSame = retention?.keep === before?.keep && retention?.days === before?.days;
  const body = {
    description,
    labels: (labels ?? {}) as Record<string, string>,
    ...(isSame ? {} : { retention }),
  };
  const name = context.client.artifact(config.artifact);
  return context.client.ask(context, { ...config, artifact: name }, (registry, call) =>
    registry.putArtifact(name, body, call),
  );
}

function policyOf(written: Config<Schema>["retention"]): Policy {
  return written && { keep: Number(written.keep), days: Number(written.days) };
}

function computed(found: Artifact) {
  return { id: found.artifact, created_at: found.created_at };
}

/** No labels and an empty map of them are one to the registry; the state keeps which of both was written. */
function emptyOr(labels: State<Schema>["labels"]) {
  return labels && Object.keys(labels).length === 0 ? labels : null;
}
