import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";

const buildTimeoutMs = 10 * 60_000;
const directory = join(repository, "e2e", "pretend-builders");
const binary = join(repository, "dist", "e2e", "packer-plugin-pretend");

/** The plugins that it can be, by the names that Packer knows them by. */
export const pretended = [
  "amazon",
  "azure",
  "digitalocean",
  "docker",
  "googlecompute",
  "openstack",
  "qemu",
  "vagrant",
  "virtualbox",
  "vmware",
] as const;

/** Builds the plugin of `e2e/pretend-builders`. */
export async function buildPretendBuilders(): Promise<void> {
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly" };
  const options = { cwd: directory, env, timeoutMs: buildTimeoutMs };
  const built = await run("go", ["build", ...flags, "-o", binary, "."], options);
  if (built.code !== 0) throw new Error(`the pretend builders cannot be built:\n${built.output}`);
}

/** Places it where Packer looks for the real plugin of that name, with the digest that Packer wants beside it. */
export async function placePretendBuilder(name: string, plugins: string): Promise<void> {
  const into = join(plugins, "github.com", "hashicorp", name);
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const path = join(into, `packer-plugin-${name}_v1.3.9_x5.0_${process.platform}_${arch}`);
  await mkdir(into, { recursive: true });
  await copyFile(binary, path);
  const digest = createHash("sha256")
    .update(await readFile(binary))
    .digest("hex");
  await writeFile(`${path}_SHA256SUM`, digest);
}
