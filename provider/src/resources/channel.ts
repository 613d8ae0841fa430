import type { Channel, ChannelRules } from "@waybill/registry-client/types";
import {
  artifactArgument,
  asWritten,
  checkArtifactName,
  idOf,
  importId,
  isChannel,
  isOwnChannel,
  lasting,
  sameArtifact,
  text,
  timeouts,
  withoutNulls,
} from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { Config } from "../framework/schema.ts";
import { each, notEmpty, oneOf } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Context, Registry } from "../registry.ts";

const schema = {
  description:
    "A channel of an artifact, and the rules for what it may point at. What it points at is decided by `waybill_channel_assignment`, or outside of Terraform. Needs a token with `promote` on the artifact.",
  attributes: {
    artifact: artifactArgument,
    name: {
      type: types.string,
      required: true,
      requiresReplace: true,
      validators: [notEmpty, isOwnChannel],
      description: "Name of the channel, such as `production`.",
    },
    description: { type: types.string, optional: true, description: "What it is for." },
    rules: {
      optional: true,
      description: "What a version must have to get there.",
      nested: {
        mode: "single",
        attributes: {
          types: {
            type: types.list(types.string),
            optional: true,
            validators: [each(notEmpty)],
            description: "Artifact types it must have, such as `amazon.ami`.",
          },
          regions: {
            type: types.list(types.string),
            optional: true,
            validators: [each(notEmpty)],
            description: "Regions it must have an image in.",
          },
          after: {
            type: types.string,
            optional: true,
            validators: [notEmpty, isChannel],
            description: "A channel it must have been on before.",
          },
          scope: {
            type: types.string,
            optional: true,
            validators: [oneOf("publish", "promote")],
            description: "The scope of a token that may move it: `promote`, or `publish`.",
          },
        },
      },
    },
    id: { ...text("`namespace/artifact/channel`."), ...lasting },
    created_at: { ...text("When it was made."), ...lasting },
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_channel"` */
export const channel = resource<Schema, Registry>({
  schema,
  timeouts,
  meansSame: sameArtifact,

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  async create(config, context) {
    const artifact = context.client.artifact(config.artifact);
    const present = await context.client.find(context, { ...config, artifact }, (registry, call) =>
      registry.channels.get(artifact, config.name, call),
    );
    if (present) {
      const id = `${artifact}/${config.name}`;
      throw new DiagnosticError(
        "Channel is there already",
        `${artifact} has a channel ${config.name}. To manage it here, import it: terraform import <address> ${id}.`,
        ["name"],
      );
    }
    return computed(await put(config, context));
  },

  async read(state, context) {
    const { artifact, channel: name } = importId(idOf(state, context, "name"), "channel");
    const found = await context.client.find(context, { ...state, artifact }, (registry, call) =>
      registry.channels.get(artifact, name, call),
    );
    if (!found || found.managed) return undefined;
    const rules = { types: null, regions: null, after: null, scope: null, ...found.rules };
    const hasRules = Object.values(rules).some((rule) => rule !== null);
    return {
      artifact: asWritten(state.artifact, artifact, context.client),
      name,
      description: found.description ?? (state.description === "" ? "" : null),
      rules: hasRules ? rules : state.rules && noRules(state.rules) ? state.rules : null,
      ...computed(found),
    };
  },

  async update(config, _prior, context) {
    return computed(await put(config, context));
  },

  async delete(state, context) {
    const { artifact, channel: name } = importId(idOf(state, context, "name"), "channel");
    await context.client.find(context, { ...state, artifact }, (registry, call) =>
      registry.channels.delete(artifact, name, call),
    );
  },

  import(id) {
    const { artifact, channel: name } = importId(id, "channel");
    return { artifact, name, id };
  },

  move: ({ typeName, state }) =>
    typeName === "hcp_packer_channel"
      ? { artifact: String(state.bucket_name), name: String(state.name) }
      : undefined,
});

function put(config: Config<Schema>, context: Context): Promise<Channel> {
  const artifact = context.client.artifact(config.artifact);
  const rules = withoutNulls(config.rules ?? {}) as ChannelRules;
  const body = { description: config.description, rules };
  return context.client.ask(context, { ...config, artifact }, (registry, call) =>
    registry.channels.put(artifact, config.name, body, call),
  );
}

function computed(found: Channel) {
  return {
    id: `${found.artifact}/${found.name}`,
    created_at: found.created_at,
  };
}

function noRules(rules: object): boolean {
  return Object.values(rules).every((rule) => rule === null);
}
