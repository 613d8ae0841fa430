import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureBuilds } from "../../tools/ensure-builds.ts";
import { ensureOpenTofu, ensurePacker, findTerraform } from "../../tools/ensure-tools.ts";
import { furnishHome, isolatedEnvironment, repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";
import { buildPretendBuilders, placePretendBuilder } from "./pretend-builders.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The home directory in which the plugin and the provider are installed. */
    home: string;
    packer: string;
    /** Terraform where PATH has it, and always OpenTofu. */
    terraforms: { title: string; path: string }[];
  }
}

const installTimeoutMs = 60_000;

/** Builds what is missing, and installs it once as a user would, into a home directory for all tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureBuilds((line) => console.error(line));
  // What the tests say about Packer's chain of post-processors was seen with 1.16; tools/try-packers.ts asks others.
  const packer = process.env.WAYBILL_TEST_PACKER ?? (await ensurePacker("1.16.0"));
  project.provide("packer", packer);
  const terraform = await findTerraform();
  const openTofu = { title: "OpenTofu", path: await ensureOpenTofu() };
  project.provide("terraforms", terraform ? [{ title: "Terraform", path: terraform }, openTofu] : [openTofu]);

  const home = await mkdtemp(join(tmpdir(), "waybill-e2e-home-"));
  project.provide("home", home);
  await furnishHome(home);
  await install(home, ["plugin", "install"]);
  await install(home, ["provider", "install"]);
  await buildPretendBuilders();
  await placePretendBuilder("amazon", join(home, "packer-plugins"));
  return () => rm(home, { recursive: true, force: true });
}

async function install(home: string, args: string[]): Promise<void> {
  const env = isolatedEnvironment(home);
  const installed = await run("waybill", args, { cwd: repository, env, timeoutMs: installTimeoutMs });
  if (installed.code !== 0) throw new Error(`waybill ${args.join(" ")} failed:\n${installed.output}`);
}
