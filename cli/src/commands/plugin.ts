import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { UsageError } from "../failures.ts";
import { findExecutable, inOneStep, place, suffix, target } from "../install.ts";
import type { Output } from "../output.ts";

const SOURCE = "github.com/waybill/waybill";
const DESCRIBE_LIMIT_MS = 10_000;

const HELP = `
It goes where Packer looks by itself: PACKER_PLUGIN_PATH, or the directory plugins in Packer's configuration directory;
or below --plugin-dir. This is what \`packer plugins install --path\` does, without needing Packer.

Examples:
  waybill plugin install
  waybill plugin install --from ./packer-plugin-waybill
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("install")
    .description("Place the Packer plugin where Packer finds it.")
    .option("--from <path>", "the plugin's executable (default: the one `make build` made)")
    .option("--plugin-dir <dir>", "another directory than Packer's own")
    .action(async ({ from, pluginDir }) => {
      const executable = await findExecutable(from, "packer-plugin-waybill");
      const { version, api_version } = await describe(executable);
      const dir = join(pluginDir ?? (await pluginDirectory(process.env)), SOURCE);
      const path = join(dir, `packer-plugin-waybill_v${version}_${api_version}_${target}${suffix}`);
      const digest = createHash("sha256")
        .update(await readFile(executable))
        .digest("hex");
      await place(executable, path, "copy");
      // Packer passes over a plugin whose digest is not beside it, without a line break and under the whole name.
      await inOneStep(`${path}_SHA256SUM`, (aside) => writeFile(aside, digest));
      output.result({ version, installed: [path] }, () => {
        output.line(`installed ${path}`);
        output.line(`\n${requirement(version)}`);
      });
    })
    .addHelpText("after", HELP);
}

/** Asks the plugin itself, as Packer does, since the name of the file has to agree with its answer. */
async function describe(executable: string): Promise<{ version: string; api_version: string }> {
  const refusal = new UsageError(
    `${executable} is no Packer plugin for this machine: it does not answer \`describe\``,
  );
  const { stdout } = await promisify(execFile)(executable, ["describe"], {
    timeout: DESCRIBE_LIMIT_MS,
  }).catch(() => {
    throw refusal;
  });
  try {
    const { version, api_version } = JSON.parse(stdout);
    if (/^\d+\.\d+\.\d+(-dev)?$/.test(version) && /^x\d+\.\d+$/.test(api_version))
      return { version, api_version };
  } catch {
    throw refusal;
  }
  throw refusal;
}

/** Packer's own rules for where plugins are. */
async function pluginDirectory(env: NodeJS.ProcessEnv): Promise<string> {
  const { PACKER_PLUGIN_PATH, PACKER_CONFIG_DIR, XDG_CONFIG_HOME, APPDATA } = env;
  if (PACKER_PLUGIN_PATH?.includes(delimiter)) {
    throw new UsageError("PACKER_PLUGIN_PATH names several directories, and Packer takes only one");
  }
  if (PACKER_PLUGIN_PATH) return PACKER_PLUGIN_PATH;
  if (process.platform === "win32")
    return join(PACKER_CONFIG_DIR ?? APPDATA ?? homedir(), "packer.d", "plugins");
  if (PACKER_CONFIG_DIR) return join(PACKER_CONFIG_DIR, ".packer.d", "plugins");
  const old = join(homedir(), ".packer.d");
  if ((await stat(old).catch(() => undefined))?.isDirectory()) return join(old, "plugins");
  return join(XDG_CONFIG_HOME ?? join(homedir(), ".config"), "packer", "plugins");
}

function requirement(version: string): string {
  return `packer {
  required_plugins {
    waybill = {
      source  = "${SOURCE}"
      version = ">= ${version.replace(/-dev$/, "")}"
    }
  }
}`;
}
