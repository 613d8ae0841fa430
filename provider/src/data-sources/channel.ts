import { artifactArgument, checkArtifactName, isChannel, number, text } from "../attributes.ts";
import { dataSource } from "../framework/provider.ts";
import { notEmpty } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Registry } from "../registry.ts";

const schema = {
  description: "What a channel points at, since when and why.",
  attributes: {
    artifact: artifactArgument,
    name: {
      type: types.string,
      required: true,
      validators: [notEmpty, isChannel],
      description: "Name of the channel, such as `production` or `latest`.",
    },
    id: text("`namespace/artifact/channel`."),
    description: text("What it is for."),
    version: number("The number of the version it points at; null when it points nowhere."),
    semver: text("The semantic version of that version, where it has one."),
    fingerprint: text("The fingerprint of that version."),
    revoked: { type: types.bool, computed: true, description: "Whether that version is revoked." },
    assigned_at: text("Since when it points there."),
    assigned_by: text("Who put it there."),
    reason: text("Why."),
  },
} as const;

/** `data "waybill_channel"`: what does it point at? */
export const channel = dataSource<typeof schema, Registry>({
  schema,

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  async read(config, context) {
    const artifact = context.client.artifact(config.artifact);
    const found = await context.client.ask(context, { ...config, artifact }, (registry, call) =>
      registry.channels.get(artifact, config.name, call),
    );
    const { version, description, assigned_at, assigned_by, reason } = found;
    return {
      id: `${artifact}/${found.name}`,
      description,
      version: version?.number ?? null,
      semver: version?.semver ?? null,
      fingerprint: version?.fingerprint ?? null,
      revoked: version?.revocation?.revoked ?? false,
      assigned_at,
      assigned_by,
      reason,
    };
  },
});
