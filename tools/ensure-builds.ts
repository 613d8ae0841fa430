import { join } from "node:path";
import type { Say } from "./ensure-tools.ts";
import { repository } from "./environment.ts";
import { run } from "./run.ts";

const buildTimeoutMs = 20 * 60_000;
const scripts = {
  plugin: "packer-plugin/scripts/build.ts",
  provider: "provider/scripts/build.ts",
  package: "cli/scripts/build.ts",
};

/** Builds the Packer plugin, the Terraform provider and `waybill` itself into `dist/`; what is fresh is left alone by their scripts. */
export async function ensureBuilds(say: Say): Promise<void> {
  for (const [name, script] of Object.entries(scripts)) {
    say(`building the ${name}, where it has changed`);
    const options = { cwd: repository, timeoutMs: buildTimeoutMs };
    const result = await run(process.execPath, [join(repository, script)], options);
    if (result.code !== 0) throw new Error(`${script} failed:\n${result.output}`);
  }
}
