/**
 * Tries the plugin with every Packer that it is for and that can be had as source: builds them (minutes each, kept), and
 * runs with each what e2e/packer-protocols.test.ts asks. `node tools/try-packers.ts [version ...]` tries some of them.
 */
import { access, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "./ensure-tools.ts";
import { repository } from "./environment.ts";
import { run } from "./run.ts";

/**
 * From 1.11, the first that installs plugins as it is done now, to the newest when this was written. The sources of
 * 1.13.0 to 1.14.3 and of 1.15.2 and 1.15.3 could not be had through the module proxy with their checksums.
 */
const versions = ["1.11.0", "1.11.1", "1.11.2", "1.12.0", "1.15.0", "1.15.1", "1.16.0"];
const buildTimeoutMs = 60 * 60_000;
const testTimeoutMs = 15 * 60_000;

/** Builds a Packer in the place where Go keeps its source, whose sums Go has checked. @returns its path */
async function ensurePackerVersion(version: string): Promise<string> {
  const directory = join(cacheDirectory(), `packer-${version}`);
  const path = join(directory, "packer");
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  await mkdir(directory, { recursive: true });
  const module = `github.com/hashicorp/packer@v${version}`;
  const options = { cwd: directory, timeoutMs: buildTimeoutMs };
  const got = await run("go", ["mod", "download", "-json", module], options);
  const { Dir: source, Error: problem } = JSON.parse(got.stdout) as { Dir?: string; Error?: string };
  if (source === undefined) throw new Error(`go cannot get ${module}: ${problem}`);
  console.error(`building Packer ${version}, once`);
  const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
  const args = ["build", ...flags, "-o", `${path}.${process.pid}`, "."];
  const built = await run("go", args, { cwd: source, env, timeoutMs: buildTimeoutMs });
  if (built.code !== 0) throw new Error(`go cannot build Packer ${version}:\n${built.output}`);
  await rename(`${path}.${process.pid}`, path);
  return path;
}

const given = process.argv.slice(2);
for (const version of given.length > 0 ? given : versions) {
  const env = { ...process.env, WAYBILL_TEST_PACKER: await ensurePackerVersion(version) };
  const options = { cwd: repository, env, timeoutMs: testTimeoutMs };
  const tested = await run("vitest", ["run", "e2e/packer-protocols.test.ts"], options);
  console.log(
    `Packer ${version}: ${tested.code === 0 ? "works, by protobuf where it has it and by gob" : "fails"}`,
  );
  if (tested.code === 0) continue;
  process.exitCode = 1;
  console.log(tested.output);
}
