import "./plugin/stdout.ts";
import { configurationSchema, configure, validateConfiguration } from "./configuration.ts";
import { artifact } from "./data-sources/artifact.ts";
import { provider } from "./framework/provider.ts";
import { providerService } from "./framework/service.ts";
import { ProviderDefinition } from "./generated/terraform/tfplugin6.ts";
import { createLogger } from "./plugin/logger.ts";
import { service } from "./plugin/methods.ts";
import { servePlugin } from "./plugin/serve.ts";

const waybill = provider({
  schema: configurationSchema,
  validate: validateConfiguration,
  configure: (config, { logger }) => configure(config, logger),
  dataSources: { waybill_artifact: artifact },
  configurationHint: "Every argument can also be given as an environment variable, such as WAYBILL_ADDRESS.",
});

const logger = createLogger("waybill", process.env);
servePlugin({
  name: "terraform-provider-waybill",
  sources: ["registry.terraform.io/waybill/waybill", "registry.opentofu.org/waybill/waybill"],
  services: [service(ProviderDefinition, providerService(waybill, logger))],
  logger,
});
