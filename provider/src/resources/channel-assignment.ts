import type { Channel } from "@waybill/registry-client/types";
import {
  artifactArgument,
  checkArtifactName,
  importId,
  isChannel,
  isVersionNumber,
  lasting,
  text,
  withoutNulls,
} from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { type ApplyContext, resource } from "../framework/resource.ts";
import type { Config, PartialConfig } from "../framework/schema.ts";
import { notEmpty } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import { Unknown } from "../framework/values/values.ts";
import type { Registry } from "../registry.ts";

const schema = {
  description:
    "Which version a channel points at: promotion as code. The plan shows the version that it replaces, and apply refuses when somebody has moved the channel in between. Destroying it empties the channel, unless that points elsewhere by then.",
  attributes: {
    artifact: artifactArgument,
    channel: {
      type: types.string,
      required: true,
      requiresReplace: true,
      validators: [notEmpty, isChannel],
      description: "Name of the channel, such as `production`.",
    },
    version: {
      type: types.number,
      required: true,
      validators: [isVersionNumber],
      description: "The number of the version, such as `data.waybill_artifact.candidate.number`.",
    },
    reason: {
      type: types.string,
      optional: true,
      validators: [notEmpty],
      description: "Why; kept in the history of the channel.",
    },
    replaces: {
      type: types.number,
      computed: true,
      description:
        "The number of the version that it pointed at when this was planned; null when it pointed nowhere.",
    },
    id: { ...text("`namespace/artifact/channel`."), ...lasting },
    assigned_at: text("Since when the channel points at it."),
    assigned_by: text("Who put it there: the name of a token."),
  },
} as const;
type Schema = typeof schema;
type Context = Parameters<Registry["ask"]>[0] & { client: Registry };

/** `resource "waybill_channel_assignment"` */
export const channelAssignment = resource<Schema, Registry>({
  schema,

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  async plan({ config, planned }, context) {
    const place = placeOf(config, context.client);
    // Without a place, or before its artifact is there, nothing can be said of what will be replaced.
    const present = place && (await find(place, config, context));
    if (present) (planned as { replaces: number | null }).replaces = present.version?.number ?? null;
  },

  create: assign,

  async read(state, context) {
    const { artifact, channel } = importId(String(state.id), "channel");
    const found = await find({ artifact, channel }, state, context);
    if (!found?.version) return undefined;
    return {
      artifact: state.artifact ?? artifact,
      channel,
      version: found.version.number,
      reason: state.reason,
      replaces: state.replaces,
      ...computed(found),
    };
  },

  update: (config, _prior, context) => assign(config, context),

  async delete(state, context) {
    const { artifact, channel } = importId(String(state.id), "channel");
    const found = await find({ artifact, channel }, state, context);
    if (found?.version?.number !== Number(state.version)) return;
    await context.client.ask(context, state, (registry, call) =>
      registry.channels.put(artifact, channel, { version: null }, { ...call, ifUnchanged: found }),
    );
  },

  import: (id) => ({ ...importId(id, "channel"), id }),
});

async function assign(config: Config<Schema>, context: ApplyContext<Schema, Registry>) {
  const artifact = context.client.artifact(config.artifact);
  const { channel, reason } = config;
  const version = Number(config.version);
  const present = await find({ artifact, channel }, config, context);
  const pointed = present?.version?.number ?? null;
  const { replaces } = context.planned;
  const expected = replaces === undefined || replaces === null ? null : Number(replaces);
  if (pointed !== expected && pointed !== version) {
    const by = present?.assigned_by ? `, by ${present.assigned_by}` : "";
    throw new DiagnosticError(
      "Channel was moved meanwhile",
      `When this was planned, ${channel} of ${artifact} pointed at ${shown(expected)}; now it points at ${shown(pointed)}${by}. Plan again to see what that changes.`,
      ["version"],
    );
  }
  const body = { version, ...withoutNulls({ reason }) };
  const moved = await context.client.ask(context, { ...config, artifact }, (registry, call) =>
    registry.channels.put(artifact, channel, body, { ...call, ...(present && { ifUnchanged: present }) }),
  );
  return { replaces: expected, ...computed(moved) };
}

function shown(version: number | null): string {
  return version === null ? "nothing" : `version ${version}`;
}

type Place = { artifact: string; channel: string };

function placeOf(config: PartialConfig<Schema>, registry: Registry): Place | undefined {
  const { artifact, channel } = config;
  if (artifact instanceof Unknown || channel instanceof Unknown || !artifact || !channel) return undefined;
  return { artifact: registry.artifact(artifact), channel };
}

function find({ artifact, channel }: Place, config: object, context: Context): Promise<Channel | undefined> {
  return context.client.find(context, { ...config, artifact }, (registry, call) =>
    registry.channels.get(artifact, channel, call),
  );
}

function computed(found: Channel) {
  return {
    id: `${found.artifact}/${found.name}`,
    assigned_at: found.assigned_at,
    assigned_by: found.assigned_by,
  };
}
