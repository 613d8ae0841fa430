/**
 * Packs what `make build` left for this platform into release archives, each with its line in a checksum file: the
 * plugin named as `packer init` looks for it, the provider named as provider registries do, and `waybill` as an npm
 * package and as an executable.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { repository } from "./environment.ts";
import { run } from "./run.ts";

const dist = join(repository, "dist");
const release = join(dist, "release");
const packTimeoutMs = 60_000;
const suffix = process.platform === "win32" ? ".exe" : "";
const platform = process.platform === "win32" ? "windows" : process.platform;
const architecture = process.arch === "x64" ? "amd64" : process.arch;
const target = `${platform}_${architecture}`;
const modes = { executable: 0o755, file: 0o644 };

type Entry = { from: string; as: string; mode?: number };
type Product = { archive: string; entries: Entry[]; sums: string };

const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
const plugin = `packer-plugin-waybill_v${version}_x5.0_${target}`;
const provider = `terraform-provider-waybill_v${version}${suffix}`;
const waybillSums = `waybill_${version}_SHA256SUMS`;
const products: Product[] = [
  {
    archive: `${plugin}.zip`,
    entries: [{ from: `dist/packer-plugin-waybill${suffix}`, as: `${plugin}${suffix}` }],
    sums: `packer-plugin-waybill_v${version}_SHA256SUMS`,
  },
  {
    archive: `terraform-provider-waybill_${version}_${target}.zip`,
    entries: [{ from: `dist/${provider}`, as: provider }],
    sums: `terraform-provider-waybill_${version}_SHA256SUMS`,
  },
  {
    archive: `waybill_${version}_${target}.zip`,
    entries: [
      { from: `dist/waybill${suffix}`, as: `waybill${suffix}` },
      { from: "packaging/systemd/waybill.service", as: "waybill.service", mode: modes.file },
      { from: "LICENSE", as: "LICENSE", mode: modes.file },
      {
        from: "dist/waybill-THIRD-PARTY-NOTICES.txt",
        as: "THIRD-PARTY-NOTICES.txt",
        mode: modes.file,
      },
    ],
    sums: waybillSums,
  },
];

await rm(release, { recursive: true, force: true });
await mkdir(release, { recursive: true });
for (const { archive, entries, sums } of products) {
  const files: Zippable = {};
  for (const { from, as, mode = modes.executable } of entries) {
    // The upper half of the attributes of an entry made on Unix (os 3) is its mode; the date is fixed, so that equal input gives an equal archive.
    const attributes = { os: 3, attrs: mode << 16, mtime: new Date("1980-01-01T00:00:00") };
    files[as] = [await readFile(join(repository, from)), attributes];
  }
  await writeFile(join(release, archive), zipSync(files, { level: 6 }));
  await addSum(archive, sums);
}
const packed = await run("npm", ["pack", "--silent", "--pack-destination", release], {
  cwd: join(dist, "npm"),
  timeoutMs: packTimeoutMs,
});
if (packed.code !== 0) throw new Error(`npm pack failed:\n${packed.output}`);
await addSum(packed.stdout.trim(), waybillSums);

async function addSum(archive: string, sums: string): Promise<void> {
  const bytes = await readFile(join(release, archive));
  const sum = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(release, sums), `${sum}  ${archive}\n`, { flag: "a" });
  console.log(`${join("dist", "release", archive)}  ${(bytes.length / 2 ** 20).toFixed(1)} MiB`);
}
