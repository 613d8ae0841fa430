import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { LocalFile } from "./build-files.ts";
import { makeDirectory, syncDirectory } from "./directory.ts";
import type { BuildReport, Publish } from "./types.ts";

/** Records are for their owner only. */
export const PRIVATE = 0o700;

/** A build that could not be published, with all that is needed to publish it later, and no credentials. */
export type SpoolRecord = {
  format: 1;
  /** The registry it was meant for. */
  address: string;
  /** `namespace/artifact` */
  artifact: string;
  /** Opens the version ... */
  open: Publish;
  /** ... to which this build is then reported. */
  build: { name: string; report: BuildReport };
  /** Files of the report that the registry is to store, and where they lie; they must stay there until it is sent. */
  uploads?: LocalFile[];
  created_at: string;
  /** Why it was not published at the time. */
  reason: string;
};

/** A file of the spool that holds no record, and why. */
export type DamagedFile = { path: string; damage: string };
export type SpoolEntry = { path: string; record: SpoolRecord };

/** Where records of this person are kept: `WAYBILL_SPOOL_DIR`, or below the state directory. */
export function spoolDirectory(env: NodeJS.ProcessEnv): string {
  if (env.WAYBILL_SPOOL_DIR) return env.WAYBILL_SPOOL_DIR;
  // The XDG rules ignore a relative path here.
  const state = env.XDG_STATE_HOME?.startsWith("/") ? env.XDG_STATE_HOME : join(homedir(), ".local", "state");
  return join(state, "waybill", "spool");
}

/**
 * Writes a record so that after a crash or power loss there is the whole file or none. Names sort by the time the
 * build ended, oldest first.
 *
 * @returns the path of the file
 * @throws the error of the file system, when the record is not safely stored
 */
export async function writeSpoolRecord(dir: string, record: SpoolRecord): Promise<string> {
  await makeDirectory(dir, PRIVATE);
  const path = join(dir, `${sortableTime(record)}-${crypto.randomUUID()}.json`);
  await writeWhole(dir, path, `${JSON.stringify(withoutStrangers(record), null, 2)}\n`);
  return path;
}

/** The records that wait, oldest build first. Files that hold no record are left out; see {@link scanSpool}. */
export async function listSpool(dir: string): Promise<SpoolEntry[]> {
  return (await scanSpool(dir)).filter((entry) => "record" in entry);
}

/** Every file that waits, oldest build first, with its record or what is wrong with it. */
export async function scanSpool(dir: string): Promise<(SpoolEntry | DamagedFile)[]> {
  const entries: (SpoolEntry | DamagedFile)[] = [];
  for (const path of await waiting(dir)) {
    const entry = await readEntry(path);
    if (entry) entries.push(entry);
  }
  return entries;
}

/** Paths of the files that wait, oldest build first. Names with a leading dot are still being written. */
export async function waiting(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(unless("ENOENT", () => []));
  return names
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .sort()
    .map((name) => join(dir, name));
}

/** Reads one file; undefined when it is gone, because another sender was faster. */
export async function readEntry(path: string): Promise<SpoolEntry | DamagedFile | undefined> {
  const text = await readFile(path, "utf8").catch(unless("ENOENT", () => undefined));
  if (text === undefined) return undefined;
  try {
    return { path, record: asRecord(JSON.parse(text)) };
  } catch (error) {
    return { path, damage: error instanceof Error ? error.message : String(error) };
  }
}

/** Stores a text under a path of `dir` in one step: written and synced aside, renamed, the directory synced. */
export async function writeWhole(dir: string, path: string, text: string): Promise<void> {
  const aside = join(dir, `.${crypto.randomUUID()}.tmp`);
  try {
    const file = await open(aside, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncDirectory(dir);
}

/** Makes a catch handler for one error code of the file system; any other error is thrown on. */
export function unless<T>(code: string, instead: () => T): (error: NodeJS.ErrnoException) => T {
  return function handle(error) {
    if (error.code === code) return instead();
    throw error;
  };
}

function sortableTime({ build, created_at }: SpoolRecord): string {
  const times = [Date.parse(build.report.ended_at ?? ""), Date.parse(created_at), Date.now()];
  const time = times.find((each) => !Number.isNaN(each)) ?? 0;
  return new Date(time).toISOString().replace(/[-:.]/g, "");
}

/** Callers may hand in more than a record by mistake, and what is on disk must be free of settings. */
function withoutStrangers(record: SpoolRecord): SpoolRecord {
  const { artifact, open, build, uploads, created_at, reason } = record;
  const address = new URL(record.address);
  address.username = "";
  address.password = "";
  const { name, report } = build;
  return {
    format: 1,
    address: address.href,
    artifact,
    open,
    build: { name, report },
    ...(uploads && uploads.length > 0 && { uploads }),
    created_at,
    reason,
  };
}

function asRecord(value: unknown): SpoolRecord {
  if (typeof value !== "object" || value === null) throw new Error("it is no JSON object");
  const record = value as Partial<SpoolRecord>;
  if (record.format !== 1) {
    throw new Error(`its format is ${JSON.stringify(record.format)}, and this version reads format 1`);
  }
  const { address, artifact, open, build } = record;
  const texts = [address, artifact, open?.fingerprint, build?.name, build?.report?.artifact_type];
  if (texts.every((text) => typeof text === "string")) return record as SpoolRecord;
  throw new Error(
    "it lacks one of address, artifact, open.fingerprint, build.name and build.report.artifact_type",
  );
}
