import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { findExecutable, place, suffix, target } from "../install.ts";
import type { Output } from "../output.ts";
import { version } from "../version.ts";

/** `waybill/waybill` means one of these to Terraform, the other to OpenTofu. */
const HOSTS = ["registry.terraform.io", "registry.opentofu.org"];
const NAME = `terraform-provider-waybill_v${version}`;

const HELP = `
It goes where Terraform and OpenTofu look by themselves, ~/.terraform.d/plugins (%APPDATA%\\terraform.d\\plugins on
Windows), or below --plugin-dir, for \`terraform init -plugin-dir\` or a filesystem_mirror.

Examples:
  waybill provider install
  waybill provider install --from ./terraform-provider-waybill --plugin-dir ./mirror
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("install")
    .description("Place the provider where Terraform and OpenTofu find it.")
    .option("--from <path>", "the provider's executable (default: the one `make build` made)")
    .option("--plugin-dir <dir>", "another root than the default")
    .option("--link", "link to the executable instead of copying it")
    .action(async ({ from, pluginDir, link }) => {
      const executable = await findExecutable(from, NAME);
      const root = pluginDir ?? pluginRoot(process.env);
      const installed: string[] = [];
      for (const host of HOSTS) {
        const path = join(root, host, "waybill", "waybill", version, target, `${NAME}${suffix}`);
        await place(executable, path, link ? "link" : "copy");
        installed.push(path);
      }
      if (pluginDir === undefined) await noteOwnInstallation(output);
      output.result({ version, installed }, () => {
        for (const path of installed) output.line(`installed ${path}`);
        output.line(`\n${requirement()}`);
      });
    })
    .addHelpText("after", HELP);
}

function pluginRoot(env: NodeJS.ProcessEnv): string {
  if (process.platform === "win32") return join(env.APPDATA ?? homedir(), "terraform.d", "plugins");
  return join(homedir(), ".terraform.d", "plugins");
}

/** A `provider_installation` block replaces the places where Terraform looks by itself. */
async function noteOwnInstallation(output: Output): Promise<void> {
  const { TF_CLI_CONFIG_FILE, APPDATA } = process.env;
  const byPerson =
    process.platform === "win32"
      ? join(APPDATA ?? homedir(), "terraform.rc")
      : join(homedir(), ".terraformrc");
  const path = TF_CLI_CONFIG_FILE ?? byPerson;
  const text = await readFile(path, "utf8").catch(() => "");
  if (!/^\s*provider_installation\b/m.test(text)) return;
  output.warning(
    `${path} has its own provider_installation; add a filesystem_mirror with the directory below to it`,
  );
}

function requirement(): string {
  return `terraform {
  required_providers {
    waybill = {
      source  = "waybill/waybill"
      version = "${version}"
    }
  }
}`;
}
