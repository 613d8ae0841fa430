import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { VERSION } from "../../provider/src/version.ts";
import { repository } from "../../tools/environment.ts";
import type { Workspace } from "./workspace.ts";

const framework = pathToFileURL(`${repository}provider/src/framework/`).href;

/**
 * Puts a provider that is written with the framework, as if it stood in its folder, and our own beside it, where
 * Terraform finds both.
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
  await mkdir(workspace.path("own"));
  const own = join(repository, "dist", `terraform-provider-waybill_v${VERSION}`);
  await symlink(own, workspace.path("own", "terraform-provider-waybill"));
  const folders = { [source]: workspace.path("script"), "waybill/waybill": workspace.path("own") };
  const lines = Object.entries(folders).map(([address, folder]) => `"${address}" = "${folder}"`);
  const overrides = `dev_overrides {\n    ${lines.join("\n    ")}\n  }`;
  await workspace.write("script/terraform.rc", `provider_installation {\n  ${overrides}\n  direct {}\n}\n`);
  return { TF_CLI_CONFIG_FILE: workspace.path("script", "terraform.rc") };
}
