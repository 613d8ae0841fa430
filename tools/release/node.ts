import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { cacheDirectory, type Say } from "../ensure-tools.ts";
import { repository } from "../environment.ts";
import { run } from "../run.ts";
import type { Platform } from "./platforms.ts";
import { withoutSignature } from "./windows.ts";

const downloadTimeoutMs = 10 * 60_000;

/**
 * Gets the Node of a platform through npm, held to the sum in the lock file, and keeps it.
 *
 * @returns the path of its executable; for Windows without a signature, which would not hold any more
 * @throws when npm cannot get it, or gets something else
 */
export async function ensureNode(platform: Platform, say: Say): Promise<string> {
  const { nodePackage, nodePath } = platform;
  const { packages } = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8"));
  const { version, integrity } = packages[`node_modules/${nodePackage}`];
  const directory = join(cacheDirectory(), `${nodePackage}-${version}`);
  const executable = join(directory, nodePath);
  if (await isFile(executable)) return executable;
  say(`getting Node ${version} for ${platform.os} ${platform.arch}, once`);
  await mkdir(dirname(directory), { recursive: true });
  const aside = await mkdtemp(`${directory}.`);
  try {
    const packing = ["pack", `${nodePackage}@${version}`, "--silent", "--pack-destination", aside];
    const packed = await run("npm", packing, { timeoutMs: downloadTimeoutMs });
    if (packed.code !== 0) throw new Error(`npm could not get ${nodePackage}@${version}:\n${packed.output}`);
    const [archive = ""] = await readdir(aside);
    const sum = createHash("sha512")
      .update(await readFile(join(aside, archive)))
      .digest("base64");
    if (`sha512-${sum}` !== integrity) {
      throw new Error(`${nodePackage}@${version} is not what package-lock.json knows: sha512-${sum}`);
    }
    const unpacked = join(aside, "package");
    await pipeline(createReadStream(join(aside, archive)), createGunzip(), unpackTar(unpacked, { strip: 1 }));
    const found = join(unpacked, nodePath);
    if (platform.os === "windows") await writeFile(found, withoutSignature(await readFile(found)));
    await rm(directory, { recursive: true, force: true });
    await rename(unpacked, directory);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return executable;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
