import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the repository is checked out; ends with a slash. */
export const repository = fileURLToPath(new URL("..", import.meta.url));
const binaries = join(repository, "node_modules", ".bin");

/** Makes what {@link isolatedEnvironment} names, in a home directory that is there already. */
export async function furnishHome(home: string): Promise<void> {
  await mkdir(join(home, "packer-plugins"), { recursive: true });
  await mkdir(join(home, "tmp"), { recursive: true });
  // Empty: a file that is not there would be a warning in every output of Terraform.
  await writeFile(join(home, "terraform.rc"), "");
}

/**
 * The environment of somebody who has a home directory and nothing else: no settings of the person who runs demo or
 * tests reach Packer, Terraform or Waybill, and nothing of theirs is changed.
 */
export function isolatedEnvironment(home: string, settings: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: [binaries, process.env.PATH].join(delimiter),
    HOME: home,
    TMPDIR: join(home, "tmp"),
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    PACKER_NO_COLOR: "1",
    CHECKPOINT_DISABLE: "1",
    PACKER_CONFIG_DIR: home,
    PACKER_PLUGIN_PATH: join(home, "packer-plugins"),
    PACKER_CACHE_DIR: join(home, "packer-cache"),
    TF_CLI_CONFIG_FILE: join(home, "terraform.rc"),
    TF_CLI_ARGS: "-no-color",
    TF_IN_AUTOMATION: "1",
    ...settings,
  };
}
