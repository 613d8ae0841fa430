import { RegistryError } from "@waybill/registry-client/problem";
import type { Channel } from "@waybill/registry-client/types";
import {
  artifactArgument,
  asWritten,
  checkArtifactName,
  idOf,
  importId,
  isLine,
  isOwnChannel,
  isVersionNumber,
  lasting,
  sameArtifact,
  text,
  timeouts,
  withoutNulls,
} from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { Config } from "../framework/schema.ts";
import { notEmpty } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import { Unknown } from "../framework/values/values.ts";
import type { Context, Registry } from "../registry.ts";

const schema = {
  description:
    "Which version a channel points at: promotion as code. The plan shows the version that a change replaces, and apply refuses when somebody has moved the channel in between. Destroying it empties the channel, unless that points elsewhere by then. Needs a token with `promote` on the artifact, or with the `scope` that the rules of the channel name.",
  attributes: {
    artifact: artifactArgument,
    channel: {
      type: types.string,
      required: true,
      requiresReplace: true,
      validators: [notEmpty, isOwnChannel],
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
      validators: [notEmpty, isLine],
      description: "Why; kept in the history of the channel when it moves.",
    },
    replaces: {
      type: types.number,
      optional: true,
      computed: true,
      validators: [isVersionNumber],
      description:
        "The number of the version that it takes the place of. Without it, that is what the channel pointed at when a change was planned; a new assignment takes the place of whatever is there.",
    },
    id: { ...text("`namespace/artifact/channel`."), ...lasting },
    assigned_at: text("Since when the channel points at it."),
    assigned_by: text("Who put it there: the name of a token."),
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_channel_assignment"` */
export const channelAssignment = resource<Schema, Registry>({
  schema,
  timeouts,
  takesOver: true,
  meansSame: sameArtifact,

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  plan({ prior, config, planned }) {
    // What the state says, which Terraform has just read: the plan is made once more at apply, and must be the same.
    // Where only the state changes, nothing is replaced.
    if (prior && planned.replaces instanceof Unknown && config.replaces === null)
      planned.replaces = prior.version;
    const { artifact, channel, version, replaces } = config;
    if (replaces === null || [version, replaces].some((value) => value instanceof Unknown)) return;
    const pointed = Number(prior?.version);
    if (prior?.channel === channel && pointed !== Number(version) && pointed !== Number(replaces))
      throw wasMoved(`${channel} of ${artifact}`, Number(replaces), pointed, prior.assigned_by);
  },

  create: (config, context) => settled(() => assign(config, config.replaces, context)),

  async read(state, context) {
    const { artifact, channel } = importId(idOf(state, context, "channel"), "channel");
    const found = await find({ artifact, channel }, state, context);
    if (!found?.version || found.managed) return undefined;
    return {
      artifact: asWritten(state.artifact, artifact, context.client),
      channel,
      version: found.version.number,
      // It is recorded when the channel moves, which it does not have to do when this is made.
      reason: state.assigned_at === null ? found.reason : state.reason,
      replaces: state.replaces,
      ...computed(found),
    };
  },

  update: (config, prior, context) =>
    settled(() => assign(config, config.replaces ?? prior.version, context)),

  async delete(state, context) {
    const { artifact, channel } = importId(idOf(state, context, "channel"), "channel");
    await settled(async () => {
      const found = await find({ artifact, channel }, state, context);
      if (found?.version?.number !== Number(state.version)) return;
      await context.client.ask(context, state, (registry, call) =>
        registry.channels.put(artifact, channel, { version: null }, { ...call, ifUnchanged: found }),
      );
    });
  },

  import: (id) => ({ ...importId(id, "channel"), id }),

  move: ({ typeName, state }) =>
    typeName === "hcp_packer_channel_assignment"
      ? { artifact: String(state.bucket_name), channel: String(state.channel_name) }
      : undefined,
});

const mostLooks = 5;

/** Looks again when the channel was changed meanwhile: what counts is where it points, not who described or deleted it. */
async function settled<T>(move: () => Promise<T>, looks = 1): Promise<T> {
  return move().catch((error: unknown) => {
    const cause = error instanceof DiagnosticError ? error.cause : undefined;
    const isChanged = cause instanceof RegistryError && /^precondition_/.test(cause.code);
    if (!isChanged || looks === mostLooks) throw error;
    return settled(move, looks + 1);
  });
}

async function assign(config: Config<Schema>, replaces: Config<Schema>["replaces"], context: Context) {
  const artifact = context.client.artifact(config.artifact);
  const { channel, reason } = config;
  const version = Number(config.version);
  const present = await find({ artifact, channel }, config, context);
  const pointed = present?.version?.number ?? null;
  const expected = replaces === null ? pointed : Number(replaces);
  if (pointed !== expected && pointed !== version) {
    throw wasMoved(`${channel} of ${artifact}`, expected, pointed, present?.assigned_by);
  }
  const body = { version, ...withoutNulls({ reason }) };
  const moved = await context.client.ask(context, { ...config, artifact }, (registry, call) =>
    registry.channels.put(artifact, channel, body, { ...call, ...(present && { ifUnchanged: present }) }),
  );
  return { replaces: expected, ...computed(moved) };
}

/** @param by who moved it, where that is known */
function wasMoved(
  place: string,
  expected: number | null,
  pointed: number | null,
  by: string | null | undefined,
): DiagnosticError {
  return new DiagnosticError(
    "Channel was moved meanwhile",
    `This was to replace ${shown(expected)} on ${place}, which points at ${shown(pointed)} now${by ? `, by ${by}` : ""}. Plan again to see what that changes, or change what it replaces.`,
    ["version"],
  );
}

function shown(version: number | null): string {
  return version === null ? "nothing" : `version ${version}`;
}

type Place = { artifact: string; channel: string };

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
