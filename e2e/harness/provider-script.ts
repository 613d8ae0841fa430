import { chmod } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { repository } from "../../tools/environment.ts";
import type { Workspace } from "./workspace.ts";

const framework = pathToFileURL(`${repository}provider/src/framework/`).href;

/**
 * Puts a provider that is written with the framework, as if it stood in its folder, where Terraform finds it.
 *
 * @param source its address, such as `example/notes`
 * @returns the settings with which commands use it, without `terraform init`
 */
export async function installScript(
  workspace: Workspace,
  source: string,
  code: string,
): Promise<NodeJS.ProcessEnv> {
  const executable = `terraform-provider-${source.split("/").at(-1)}`;
  const absolute = code.replaceAll(/"(\.\.?\/[^"]+)"/g, (_, path) => `"${new URL(path, framework).href}"`);
  await workspace.write("script/main.ts", absolute);
  const main = workspace.path("script", "main.ts");
  await workspace.write(`script/${executable}`, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  await chmod(workspace.path("script", executable), 0o755);
  const overrides = `dev_overrides {\n    "${source}" = "${workspace.path("script")}"\n  }`;
  await workspace.write("script/terraform.rc", `provider_installation {\n  ${overrides}\n  direct {}\n}\n`);
  return { TF_CLI_CONFIG_FILE: workspace.path("script", "terraform.rc") };
}
