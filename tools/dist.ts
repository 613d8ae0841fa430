/**
 * Packs what `make build` left for this platform into release archives: the plugin named as `packer init` looks for
 * it, the provider named as provider registries do, each with its line in a checksum file.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import { repository } from "./environment.ts";

const dist = join(repository, "dist");
const release = join(dist, "release");
const suffix = process.platform === "win32" ? ".exe" : "";
const platform = process.platform === "win32" ? "windows" : process.platform;
const architecture = process.arch === "x64" ? "amd64" : process.arch;
const target = `${platform}_${architecture}`;
const executableMode = 0o755;

const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
const plugin = `packer-plugin-waybill_v${version}_x5.0_${target}`;
const products = [
  {
    archive: `${plugin}.zip`,
    from: `packer-plugin-waybill${suffix}`,
    as: `${plugin}${suffix}`,
    sums: `packer-plugin-waybill_v${version}_SHA256SUMS`,
  },
  {
    archive: `terraform-provider-waybill_${version}_${target}.zip`,
    from: `terraform-provider-waybill_v${version}${suffix}`,
    as: `terraform-provider-waybill_v${version}${suffix}`,
    sums: `terraform-provider-waybill_${version}_SHA256SUMS`,
  },
];

await rm(release, { recursive: true, force: true });
await mkdir(release, { recursive: true });
for (const { archive, from, as, sums } of products) {
  const bytes = await readFile(join(dist, from));
  // The upper half of the attributes of an entry made on Unix (os 3) is its mode; the date is fixed, so that equal input gives an equal archive.
  const entry = { os: 3, attrs: executableMode << 16, mtime: new Date("1980-01-01T00:00:00") };
  const zip = zipSync({ [as]: [bytes, entry] }, { level: 6 });
  await writeFile(join(release, archive), zip);
  const sum = createHash("sha256").update(zip).digest("hex");
  await writeFile(join(release, sums), `${sum}  ${archive}\n`);
  console.log(`${join("dist", "release", archive)}  ${(zip.length / 2 ** 20).toFixed(1)} MiB`);
}
