import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureQuill, type Say } from "../ensure-tools.ts";
import { repository } from "../environment.ts";
import { run } from "../run.ts";
import { makeExecutable, SHORT_LIVED } from "../single-executable.ts";
import { isHere, nameOf, type Platform } from "./platforms.ts";

const buildTimeoutMs = 20 * 60_000;
const signTimeoutMs = 5 * 60_000;
const dist = join(repository, "dist");

/** An executable, and the licences of what it was made of. */
export type Made = { executable: string; notices: string };

/**
 * Builds the Packer plugin for a platform.
 *
 * @param node what goes inside for those who have no Node; without it the plugin looks for one on PATH
 */
export async function makePlugin(
  out: string,
  platform: Platform,
  { node, say }: { node: string | undefined; say: Say },
): Promise<Made> {
  await mkdir(out, { recursive: true });
  const inside = node === undefined ? [] : ["--node", node];
  const args = ["packer-plugin/scripts/build.ts", "--out", out, "--target", nameOf(platform), ...inside];
  const built = await run(process.execPath, args, { cwd: repository, timeoutMs: buildTimeoutMs });
  if (built.code !== 0) throw new Error(`the plugin for ${nameOf(platform)} was not built:\n${built.output}`);
  const executable = join(out, `packer-plugin-waybill${platform.suffix}`);
  await signWhereNeeded(executable, platform, say);
  return { executable, notices: `${join(out, "packer-plugin-waybill")}-THIRD-PARTY-NOTICES.txt` };
}

/** Makes the provider for a platform, of the script that `make build` left; this platform's is there already. */
export async function makeProvider(
  out: string,
  platform: Platform,
  { node, version, say }: { node: string; version: string; say: Say },
): Promise<Made> {
  const notices = join(dist, "terraform-provider-waybill-THIRD-PARTY-NOTICES.txt");
  const built = join(dist, `terraform-provider-waybill_v${version}${platform.suffix}`);
  if (isHere(platform)) return { executable: built, notices };
  const executable = join(out, `terraform-provider-waybill_${nameOf(platform)}`);
  await rm(executable, { force: true });
  const script = join(dist, "terraform-provider-waybill.cjs");
  makeExecutable({ script, to: executable, options: SHORT_LIVED, node });
  await signWhereNeeded(executable, platform, say);
  return { executable, notices };
}

/** macOS starts nothing on its own processors that is not signed, be it by nobody in particular. */
async function signWhereNeeded(executable: string, { os }: Platform, say: Say): Promise<void> {
  if (os !== "darwin" || process.platform === "darwin") return;
  const args = ["sign", "--ad-hoc", "--identity", "waybill", "--quiet", executable];
  const signed = await run(await ensureQuill(say), args, { timeoutMs: signTimeoutMs });
  if (signed.code !== 0) throw new Error(`Quill could not sign ${executable}:\n${signed.output}`);
}
