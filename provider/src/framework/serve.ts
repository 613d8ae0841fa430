import { createLogger } from "../plugin/logger.ts";
import { servePlugin } from "../plugin/serve.ts";
import type { Provider } from "./provider.ts";
import type { Schema } from "./schema.ts";
import { providerService } from "./service.ts";

/**
 * Serves a provider to the Terraform that started this process, until that ends it. A provider of many parts may
 * rather call `servePlugin`, and load them while the client connects.
 *
 * @param name what the executable is called: `terraform-provider-notes`
 * @param sources addresses under which clients look for it, for debugging: `registry.terraform.io/example/notes`
 */
export function serve<S extends Schema, Client>(
  name: string,
  sources: readonly string[],
  definition: Provider<S, Client>,
): Promise<void> {
  const logger = createLogger(name, process.env);
  return servePlugin({ name, sources, logger, services: async () => [providerService(definition, logger)] });
}
