import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../directory.ts";
import { StartError } from "./migrate.ts";

/** The name of SQLite's addon among the assets of the executable. */
export const addonAsset = "better_sqlite3.node";

/** What the owner may do: read and run the addon, and nothing more, so that nothing changes it unseen. */
const addonMode = 0o500;
const writableByOthers = 0o022;
const anybodyMayWrite = 0o002;

type Addon = object;
let loaded: Addon | undefined;

/**
 * SQLite's addon for {@link openSqlite}. The executable holds it, and the system loads it from files only, so it is
 * unpacked below the data directory under its digest, and compared with what is held before it is loaded.
 *
 * @returns nothing outside of the executable, where the package of the driver finds its own
 * @throws StartError when there is no place that only this user can write to, or the system refuses to load it
 */
export function sqliteAddon(dataDir: string | undefined): Addon | undefined {
  const { isSea, getRawAsset } = process.getBuiltinModule("node:sea");
  if (!isSea()) return undefined;
  if (loaded) return loaded;
  if (dataDir === undefined) throw new Error("SQLite in the executable needs the data directory");
  const path = unpackAddon(new Uint8Array(getRawAsset(addonAsset)), dataDir);
  const module: { exports: Addon } = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (error) {
    throw new StartError(
      `The database driver ${path} cannot be loaded (${(error as Error).message}). The file system of the data directory must allow executing files (no "noexec"); name another with --data-dir.`,
    );
  }
  loaded = module.exports;
  return loaded;
}

/**
 * Puts an addon where it can be loaded from: `<dataDir>/lib/<sha256>.node`, readable and executable by its owner only.
 * What is there already stays when it is that, and is made again when it is anything else.
 *
 * @returns its path
 * @throws StartError when others could write there
 */
export function unpackAddon(addon: Uint8Array, dataDir: string): string {
  const directory = join(dataDir, "lib");
  try {
    makeDirectory(directory);
    // The data directory may be the operator's, and open to a group; it must only not be a place like /tmp.
    requirePrivate(dataDir, statSync(dataDir), anybodyMayWrite);
    requirePrivate(directory, lstatSync(directory), writableByOthers);
    const path = join(directory, `${sha256(addon)}.node`);
    if (isIntact(path, addon)) return path;
    const aside = `${path}.${process.pid}`;
    rmSync(aside, { force: true });
    writeFileSync(aside, addon, { flag: "wx", mode: addonMode });
    // Whatever the mask of the process took from it.
    chmodSync(aside, addonMode);
    renameSync(aside, path);
    return path;
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The database driver cannot be unpacked into ${directory}: ${(error as Error).message}. Name a data directory of its own with --data-dir.`,
    );
  }
}

function requirePrivate(directory: string, { mode, uid }: Stats, forbidden: number): void {
  // Windows has neither owners' numbers nor modes; what lies in a user's directory there is the user's.
  if (process.getuid === undefined) return;
  const refuse = (why: string, advice: string) => {
    const what = `The database driver is not unpacked into ${directory}`;
    return new StartError(
      `${what}, because ${why}. ${advice}, or name another data directory with --data-dir.`,
    );
  };
  if (uid !== process.getuid() && uid !== 0) {
    throw refuse("it belongs to another user", "Run this as that user, such as with sudo -u waybill");
  }
  if ((mode & forbidden) !== 0) throw refuse("others may write there", "Run chmod go-w on it");
}

function isIntact(path: string, addon: Uint8Array): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const isOurs = process.getuid === undefined || found.uid === process.getuid() || found.uid === 0;
  return (
    found.isFile() && isOurs && (found.mode & writableByOthers) === 0 && readFileSync(path).equals(addon)
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
