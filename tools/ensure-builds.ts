import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Say } from "./ensure-tools.ts";
import { repository } from "./environment.ts";
import { run } from "./run.ts";

const buildTimeoutMs = 20 * 60_000;

type Build = { title: string; script: string; output: string; madeFrom: readonly string[] };

const shared = ["package-lock.json", "proto", "registry-client/src"];
const builds: readonly Build[] = [
  {
    title: "the Packer plugin",
    script: "packer-plugin/scripts/build.ts",
    output: "dist/packer-plugin-waybill",
    madeFrom: [...shared, "packer-plugin"],
  },
  {
    title: "the Terraform provider",
    script: "provider/scripts/build.ts",
    output: "dist/terraform-provider-waybill_v0.1.0",
    madeFrom: [...shared, "provider"],
  },
];

/** Builds the plugin and the provider where they are missing or older than what they are made from. */
export async function ensureBuilds(say: Say): Promise<void> {
  for (const build of builds) {
    const builtAt = await modifiedAt(join(repository, build.output));
    const changedAt = await Promise.all(build.madeFrom.map((path) => lastChange(join(repository, path))));
    if (builtAt > Math.max(...changedAt)) continue;
    say(`building ${build.title}`);
    const args = [join(repository, build.script)];
    const result = await run(process.execPath, args, { cwd: repository, timeoutMs: buildTimeoutMs });
    if (result.code !== 0) throw new Error(`${build.script} failed:\n${result.output}`);
  }
}

async function modifiedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

/** When anything at or below `path` last changed; what a build itself leaves there does not count. */
async function lastChange(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (!entries) return modifiedAt(path);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !relative(path, file)
          .split(sep)
          .some((part) => part === "node_modules" || part === "dist"),
    )
    .map(modifiedAt);
  return Math.max(0, ...(await Promise.all(files)));
}
