import { configurationSchema, configure, validateConfiguration } from "./configuration.ts";
import { artifact } from "./data-sources/artifact.ts";
import { provider } from "./framework/provider.ts";

/** The provider `waybill`: all it offers to Terraform. */
export const waybill = provider({
  schema: configurationSchema,
  validate: validateConfiguration,
  configure: (config, { logger }) => configure(config, logger),
  dataSources: { waybill_artifact: artifact },
  configurationHint: "Every argument can also be given as an environment variable, such as WAYBILL_ADDRESS.",
  decidedBy: "the registry",
});
