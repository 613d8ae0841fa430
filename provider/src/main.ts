import "./plugin/stdout.ts";
import { createLogger } from "./plugin/logger.ts";
import { servePlugin } from "./plugin/serve.ts";

const logger = createLogger("waybill", process.env);
servePlugin({
  name: "terraform-provider-waybill",
  sources: ["registry.terraform.io/waybill/waybill", "registry.opentofu.org/waybill/waybill"],
  services: async () => {
    const { providerService } = await import("./framework/service.ts");
    const { waybill } = await import("./waybill.ts");
    return [providerService(waybill, logger)];
  },
  logger,
});
