/** What the commands of the operator do; `waybill` names them and prints what they give. */
import { createReadStream } from "node:fs";
import { type Config, ConfigError, readConfig } from "../config.ts";
import { type FileStore, openFileStore } from "../files/stores/store.ts";
import { settings } from "../settings.ts";
import { backupTo, backupToFile, unwritten } from "./backup.ts";
import { type Checked, checkRegistry } from "./check.ts";
import { OperatingError } from "./connection.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { diagnose, diagnoseSettings } from "./doctor.ts";
import { migrateRegistry } from "./migrate.ts";
import { placeOf } from "./places.ts";
import { restoreFrom, verifyArchive } from "./restore.ts";
import type { Progress, Sums } from "./tables.ts";

export { ConfigError } from "../config.ts";
export { StartError } from "../database/migrate.ts";
export { OperatingError, UnreachableError } from "./connection.ts";
export { certificateUntil, clockOff } from "./diagnosis.ts";

/** Where the registry is, as options say it; what is not given is a setting of the server. */
export type Given = {
  databaseUrl?: string | undefined;
  dataDir?: string | undefined;
  files?: string | undefined;
};

/** Stands for standard input or output in the place of an archive. */
const standard = "-";

type Archive = {
  archive: string;
  schema?: number;
  created_at?: string;
  tables: Sums;
  files: { count: number; bytes: number };
};

/** Backs a registry up. @throws ConfigError, OperatingError */
export async function backup(
  path: string,
  given: Given & { withFiles: boolean },
  progress: Progress,
): Promise<Archive> {
  const config = configOf(given);
  const place = await placeOf(config.databaseUrl, config.dataDir);
  const needs = { place, files: given.withFiles ? await storeOf(config) : undefined, progress };
  const { tables, files } =
    path === standard
      ? await backupTo(process.stdout, needs).catch((error: unknown) => {
          throw unwritten(error, "standard output");
        })
      : await backupToFile(path, needs);
  return { archive: path, tables, files };
}

/** Restores a registry, or with `dryRun` only reads the archive. @throws ConfigError, OperatingError */
export async function restore(
  path: string,
  given: Given & { dryRun: boolean },
  progress: Progress,
): Promise<Archive & { database?: string }> {
  const config = configOf(given);
  const source = path === standard ? process.stdin : createReadStream(path);
  const shown = path === standard ? "The archive" : path;
  const place = await placeOf(config.databaseUrl, config.dataDir);
  const { beginning, end } = given.dryRun
    ? await verifyArchive(source, shown, progress)
    : await restoreFrom(source, shown, { place, store: await storeOf(config), progress });
  const { schema, created_at } = beginning;
  const where = given.dryRun ? {} : { database: place.shown };
  return { archive: path, ...where, schema, created_at, tables: end.tables, files: end.files };
}

/** Copies a registry to another database, and its files to another store. @throws ConfigError, OperatingError */
export async function migrate(
  urls: { from: string; to: string },
  stores: { from?: string | undefined; to?: string | undefined },
  progress: Progress,
): Promise<{ from: string; to: string; tables: Sums }> {
  const [fromUrl, toUrl] = [
    checked("--from", urls.from, "databaseUrl"),
    checked("--to", urls.to, "databaseUrl"),
  ];
  if ((stores.from === undefined) !== (stores.to === undefined)) {
    throw new ConfigError(
      "--files-from and --files-to go together; without both, the files stay where they are.",
    );
  }
  const config = configOf({});
  const files =
    stores.from && stores.to
      ? {
          from: await storeOf({ ...config, files: checked("--files-from", stores.from, "files") }),
          to: await storeOf({ ...config, files: checked("--files-to", stores.to, "files") }),
        }
      : undefined;
  const [from, to] = [await placeOf(fromUrl, config.dataDir), await placeOf(toUrl, config.dataDir)];
  if (fromUrl === toUrl) throw new OperatingError("--from and --to are the same database.");
  const tables = await migrateRegistry({ from, to, files, progress });
  return { from: from.shown, to: to.shown, tables };
}

/** Looks whether a registry is whole. @throws ConfigError, OperatingError */
export async function check(given: Given & { quick: boolean }, progress: Progress): Promise<Checked> {
  const config = configOf(given);
  const place = await placeOf(config.databaseUrl, config.dataDir);
  return checkRegistry({ place, files: await storeOf(config), progress }, given.quick);
}

/** Looks at what a server here needs. */
export async function doctor(given: Given): Promise<Diagnosis[]> {
  let config: Config;
  try {
    config = configOf(given);
  } catch (error) {
    return [diagnoseSettings(error)];
  }
  const place = await placeOf(config.databaseUrl, config.dataDir);
  return diagnose({ config, place, store: await storeOf(config), now: () => new Date() });
}

/** The settings of the server, as its environment and these options have them. */
export function configOf({ databaseUrl, dataDir, files }: Given): Config {
  const flags = Object.entries({ "--database-url": databaseUrl, "--data-dir": dataDir, "--files": files });
  const args = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag}=${value}`]));
  const config = readConfig(args, process.env);
  if (config === "help") throw new Error("no flag asks for help here");
  if (config.databaseUrl === "sqlite::memory:")
    throw new ConfigError("A database in memory is gone with its server.");
  return config;
}

export function storeOf(config: Pick<Config, "files" | "s3Endpoint" | "s3Region">): Promise<FileStore> {
  return openFileStore(config.files, { endpoint: config.s3Endpoint, region: config.s3Region });
}

function checked(flag: string, value: string, setting: "databaseUrl" | "files"): string {
  const result = settings[setting].schema.safeParse(value);
  // The value is left out: it may hold a password.
  if (!result.success) throw new ConfigError(`${flag} ${result.error.issues[0]?.message}.`);
  return value;
}
