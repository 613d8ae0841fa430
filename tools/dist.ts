/**
 * Packs releases into dist/release/ or `--out`, for all platforms or those of `--platforms linux_amd64,darwin_arm64`,
 * each archive with its line in a checksum file: the plugin named as `packer init` looks for it, the provider as
 * registries want it and signed, and `waybill` as an npm package and as an executable for this platform.
 */
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Say, sayOnStandardError } from "./ensure-tools.ts";
import { repository } from "./environment.ts";
import { type Archived, sha256, writeArchive, writeSums } from "./release/archive.ts";
import { makePlugin, makeProvider } from "./release/executables.ts";
import { ensureNode } from "./release/node.ts";
import { isHere, nameOf, type Platform, platforms } from "./release/platforms.ts";
import { archiveProvider, finishProvider } from "./release/provider.ts";
import { openSigner } from "./release/signing.ts";
import { run } from "./run.ts";

const dist = join(repository, "dist");
const packTimeoutMs = 60_000;
const say: Say = sayOnStandardError;
const option = { type: "string" } as const;
const { values } = parseArgs({ options: { platforms: option, out: option } });
const out = resolve(values.out ?? join(dist, "release"));
const wanted = values.platforms?.split(",");
const unknown = wanted?.filter((name) => !platforms.some((platform) => nameOf(platform) === name)) ?? [];
if (unknown.length > 0) {
  throw new Error(`--platforms takes ${platforms.map(nameOf).join(", ")}, and not ${unknown.join(", ")}`);
}
const chosen = platforms.filter((platform) => wanted?.includes(nameOf(platform)) ?? true);
const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
const license = { from: join(repository, "LICENSE"), as: "LICENSE" };

// Asked for first: a passphrase that is wrong should not show after minutes.
const signer = await openSigner(process.env, say);
// Made aside and moved into place, so that nobody finds half a release.
await mkdir(dirname(out), { recursive: true });
const aside = await mkdtemp(join(dirname(out), ".release-"));
const work = join(aside, "work");
const release = join(aside, "release");
const providers = join(release, "providers", "waybill");
try {
  await mkdir(providers, { recursive: true });
  const plugins: Archived[] = [];
  const withNode: Archived[] = [];
  const provided: Archived[] = [];
  for (const platform of chosen) {
    const node = await ensureNode(platform, say);
    plugins.push(await packPlugin("packer-plugin-waybill", platform));
    withNode.push(await packPlugin("packer-plugin-waybill-with-node", platform, node));
    provided.push(await packProvider(platform, node));
  }
  await sum(`packer-plugin-waybill_v${version}`, plugins);
  await sum(`packer-plugin-waybill-with-node_v${version}`, withNode);
  await finishProvider(providers, version, provided, signer);
  await sum(`waybill_${version}`, [await packWaybill(), await packNpm()]);
  await rm(out, { recursive: true, force: true });
  await rename(release, out);
} finally {
  await rm(aside, { recursive: true, force: true });
}

function sum(product: string, archives: Archived[]): Promise<void> {
  const sums = archives.map(({ file, sha256: digest }) => ({ file, sum: digest }));
  return writeSums(join(release, `${product}_SHA256SUMS`), sums);
}

/** Packer takes the one file out of an archive that has its name, and leaves the rest. */
async function packPlugin(product: string, platform: Platform, node?: string): Promise<Archived> {
  const name = `${product}_v${version}_x5.0_${nameOf(platform)}`;
  const { executable, notices } = await makePlugin(join(work, name), platform, { node, say });
  return writeArchive(release, `${name}.zip`, [
    { from: executable, as: `${name}${platform.suffix}`, isExecutable: true },
    license,
    { from: notices, as: "THIRD-PARTY-NOTICES.txt" },
  ]);
}

async function packProvider(platform: Platform, node: string): Promise<Archived> {
  const made = await makeProvider(work, platform, { node, version, say });
  return archiveProvider(providers, version, platform, made);
}

async function packWaybill(): Promise<Archived> {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const here = platforms.find(isHere);
  const target = here ? nameOf(here) : `${process.platform}_${process.arch}`;
  return writeArchive(release, `waybill_${version}_${target}.zip`, [
    { from: join(dist, `waybill${suffix}`), as: `waybill${suffix}`, isExecutable: true },
    ...["waybill.service", "waybill-spool.service", "waybill-spool.timer"].map((unit) => ({
      from: join(repository, "packaging/systemd", unit),
      as: unit,
    })),
    license,
    { from: join(dist, "waybill-THIRD-PARTY-NOTICES.txt"), as: "THIRD-PARTY-NOTICES.txt" },
  ]);
}

async function packNpm(): Promise<Archived> {
  const options = { cwd: join(dist, "npm"), timeoutMs: packTimeoutMs };
  const packed = await run("npm", ["pack", "--silent", "--pack-destination", aside], options);
  if (packed.code !== 0) throw new Error(`npm pack failed:\n${packed.output}`);
  const file = packed.stdout.trim();
  await copyFile(join(aside, file), join(release, file));
  return { file, sha256: sha256(await readFile(join(release, file)), "hex"), h1: "" };
}
