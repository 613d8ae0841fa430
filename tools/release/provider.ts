import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../environment.ts";
import { type Archived, sha256, writeArchive, writeSums } from "./archive.ts";
import type { Made } from "./executables.ts";
import { nameOf, type Platform } from "./platforms.ts";
import { type Signer, signatureOf } from "./signing.ts";

const name = "terraform-provider-waybill";

/** Packs the provider for a platform as registries name it. */
export function archiveProvider(
  directory: string,
  version: string,
  platform: Platform,
  { executable, notices }: Made,
): Promise<Archived> {
  return writeArchive(directory, `${name}_${version}_${nameOf(platform)}.zip`, [
    { from: executable, as: `${name}_v${version}${platform.suffix}`, isExecutable: true },
    { from: join(repository, "LICENSE"), as: "LICENSE" },
    { from: notices, as: "THIRD-PARTY-NOTICES.txt" },
  ]);
}

/**
 * Writes what makes archives a release that registries take: the manifest, the sums, their signature and whose it is;
 * and beside what registries demand the sums of contents, which mirrors tell.
 */
export async function finishProvider(
  directory: string,
  version: string,
  archives: Archived[],
  signer: Signer,
): Promise<void> {
  const start = `${name}_${version}`;
  const write = (file: string, content: string | Uint8Array) => writeFile(join(directory, file), content);
  const manifest = await readFile(join(repository, "provider/terraform-registry-manifest.json"));
  await write(`${start}_manifest.json`, manifest);
  const sums = archives.map((archive) => ({ file: archive.file, sum: archive.sha256 }));
  const sumsFile = join(directory, `${start}_SHA256SUMS`);
  await writeSums(sumsFile, [...sums, { file: `${start}_manifest.json`, sum: sha256(manifest, "hex") }]);
  await write(`${start}_SHA256SUMS.sig`, await signatureOf(await readFile(sumsFile), signer));
  await write("signing-key.asc", signer.publicKey);
  const h1 = archives.map((archive) => ({ file: archive.file, sum: archive.h1 }));
  await writeSums(join(directory, `${start}_H1SUMS`), h1);
}
