import { configurationSchema, configure, validateConfiguration } from "./configuration.ts";
import { ancestry } from "./data-sources/ancestry.ts";
import { artifact } from "./data-sources/artifact.ts";
import { artifacts } from "./data-sources/artifacts.ts";
import { channel } from "./data-sources/channel.ts";
import { version } from "./data-sources/version.ts";
import { token as ephemeralToken } from "./ephemeral-resources/token.ts";
import { provider } from "./framework/provider.ts";
import { parseReferenceFunction } from "./functions/parse-reference.ts";
import { compareVersions, satisfies } from "./functions/versions.ts";
import { artifact as artifactResource } from "./resources/artifact.ts";
import { channel as channelResource } from "./resources/channel.ts";
import { channelAssignment } from "./resources/channel-assignment.ts";
import { namespace } from "./resources/namespace.ts";
import { revocation } from "./resources/revocation.ts";
import { token } from "./resources/token.ts";
import { version as versionResource } from "./resources/version.ts";
import { webhook } from "./resources/webhook.ts";

/** The provider `waybill`: all it offers to Terraform. */
export const waybill = provider({
  schema: configurationSchema,
  validate: validateConfiguration,
  configure: (config, { logger }) => configure(config, logger),
  dataSources: {
    waybill_artifact: artifact,
    waybill_artifacts: artifacts,
    waybill_version: version,
    waybill_channel: channel,
    waybill_ancestry: ancestry,
  },
  resources: {
    waybill_namespace: namespace,
    waybill_artifact: artifactResource,
    waybill_version: versionResource,
    waybill_channel: channelResource,
    waybill_channel_assignment: channelAssignment,
    waybill_revocation: revocation,
    waybill_token: token,
    waybill_webhook: webhook,
  },
  ephemeralResources: { waybill_token: ephemeralToken },
  functions: { parse_reference: parseReferenceFunction, satisfies, compare_versions: compareVersions },
  configurationHint: "Every argument can also be given as an environment variable, such as WAYBILL_ADDRESS.",
  decidedBy: "the registry",
});
