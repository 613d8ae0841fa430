import { join, resolve } from "node:path";
import { FakeRegistry } from "../test/harness/fake-registry.ts";
import { ProviderClient } from "../test/harness/provider-client.ts";

const record = resolve(import.meta.dirname, "../../tools/compiled/record.ts");

/**
 * Lets a built provider answer what Terraform asks it for a plan, and keeps what V8 compiled for that.
 *
 * @returns the file, beside the script
 */
export async function warmUp(script: string): Promise<string> {
  const compiled = join(script, "../compiled.bin");
  const registry = await FakeRegistry.start();
  try {
    const env = { WAYBILL_ADDRESS: registry.address, WAYBILL_TOKEN: `wbl_${"0".repeat(43)}` };
    const client = await ProviderClient.start(env, [process.execPath, record, script, compiled]);
    await client.plugin.provider("GetProviderSchema", {});
    await client.validate("waybill_channel", { artifact: "fleet/web", name: "prod" });
    const read = await client.readData("waybill_artifact", { name: "fleet/web" });
    if (read.diagnostics.length > 0)
      throw new Error(`the provider failed: ${JSON.stringify(read.diagnostics)}`);
    await client.plugin.shutdown();
  } finally {
    await registry.stop();
  }
  return compiled;
}
