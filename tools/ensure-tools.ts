import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { withLock } from "./lock.ts";
import { run } from "./run.ts";
import { buildKey, openTofu, packer, pinnedVersion, quill, type Tool } from "./tool-sources.ts";
import { compareVersions } from "./versions.ts";

const askVersionTimeoutMs = 20_000;
const buildTimeoutMs = 30 * 60_000;
const executableSuffix = process.platform === "win32" ? ".exe" : "";

/** Where progress goes: a line to standard error, so that standard output stays the answer. */
export type Say = (line: string) => void;
export const sayOnStandardError: Say = (line) => process.stderr.write(`${line}\n`);

/**
 * The path of a Packer that is at least `minimum`: the one on PATH, otherwise built once from `tools/packer`.
 * 1.11 is the first whose plugin directory the plugin is installed into.
 */
export function ensurePacker(minimum = "1.11.0", say: Say = sayOnStandardError): Promise<string> {
  return ensureTool(packer, minimum, say);
}

/** The path of an OpenTofu, from PATH or built once from `tools/opentofu`. 1.6 is its first release. */
export function ensureOpenTofu(minimum = "1.6.0", say: Say = sayOnStandardError): Promise<string> {
  return ensureTool(openTofu, minimum, say);
}

/** The path of Terraform where PATH has one with `terraform_data` (1.4 and later); it is never built. */
export function findTerraform(minimum = "1.4.0"): Promise<string | undefined> {
  return findOnPath("terraform", ["version"], /^Terraform v(\d+\.\d+\.\d+)/m, minimum);
}

/** The path of Quill, which signs executables for macOS anywhere; always the one of `tools/quill`, held to its sums. */
export function ensureQuill(say: Say = sayOnStandardError): Promise<string> {
  return ensureBuilt(quill, say);
}

async function ensureTool(tool: Tool, minimum: string, say: Say): Promise<string> {
  const found = await findOnPath(tool.name, tool.versionArguments, tool.versionPattern, minimum);
  return found ?? ensureBuilt(tool, say);
}

async function ensureBuilt(tool: Tool, say: Say): Promise<string> {
  const directory = join(cacheDirectory(), `${tool.name}-${await buildKey(tool, await goVersion(tool))}`);
  const path = join(directory, tool.name + executableSuffix);
  if (await isExecutable(path)) return path;
  await mkdir(directory, { recursive: true });
  const onWait = () => say(`waiting for another process that is building ${tool.title}`);
  await withLock(`${path}.lock`, onWait, async () => {
    if (!(await isExecutable(path))) await build(tool, path, say);
  });
  return path;
}

async function build(tool: Tool, path: string, say: Say): Promise<void> {
  say(`building ${tool.title} ${await pinnedVersion(tool)}, ${tool.minutes}, once (kept in ${path})`);
  const unfinished = `${path}.${process.pid}`;
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const ticker = setInterval(() => say(`still building ${tool.title}, ${elapsed()} so far`), 60_000);
  try {
    const args = ["build", "-trimpath", "-buildvcs=false", "-ldflags", tool.linkerFlags];
    const built = await run("go", [...args, "-o", unfinished, tool.goPackage], {
      cwd: tool.moduleDirectory,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly" },
      timeoutMs: buildTimeoutMs,
    });
    if (built.code !== 0) throw new Error(`go could not build ${tool.title}:\n${built.output}`);
    await rename(unfinished, path);
    say(`built ${tool.title} in ${elapsed()}`);
  } finally {
    clearInterval(ticker);
    await rm(unfinished, { force: true });
  }
}

async function goVersion(tool: Tool): Promise<string> {
  const options = { cwd: tool.moduleDirectory, timeoutMs: buildTimeoutMs };
  const result = await run("go", ["env", "GOVERSION"], options).catch(() => undefined);
  if (result?.code === 0) return result.stdout.trim();
  throw new Error(
    `there is no recent ${tool.title} on PATH, and no Go to build one with: install either ${tool.title} ` +
      `or Go 1.26 or later (https://go.dev/dl)${result ? `\n${result.output}` : ""}`,
  );
}

/**
 * Goes on to later entries of PATH when an earlier one is something else: cracklib has a `packer` too, which
 * would wait for words on standard input, were it not closed.
 */
export async function findOnPath(
  name: string,
  versionArguments: readonly string[],
  versionPattern: RegExp,
  minimum: string,
): Promise<string | undefined> {
  for (const directory of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const path = join(directory, name + executableSuffix);
    if (!(await isExecutable(path))) continue;
    const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
    const asked = await run(path, versionArguments, { env, timeoutMs: askVersionTimeoutMs }).catch(
      () => undefined,
    );
    const version = asked?.stdout.match(versionPattern)?.[1];
    if (version && compareVersions(version, minimum) >= 0) return path;
  }
  return undefined;
}

/** Where tools are kept that were built or installed once. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "waybill", "tools");
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) {
  console.log(`packer     ${await ensurePacker()}`);
  console.log(`tofu       ${await ensureOpenTofu()}`);
  console.log(`terraform  ${(await findTerraform()) ?? "not on PATH; OpenTofu takes its place"}`);
}
