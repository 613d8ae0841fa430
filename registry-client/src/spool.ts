import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Publication } from "./build-publishing.ts";
import { makeDirectory, syncDirectory } from "./directory.ts";

/** Records are for their owner only. */
export const PRIVATE = 0o700;
const UNFINISHED = ".tmp";
/** Nobody writes one record for so long. */
const ABANDONED_MS = 3_600_000;

/**
 * A build that could not be published, with all that is needed to publish it later, and no credentials. Files and
 * documents stay where they lie until it is sent.
 */
export type SpoolRecord = Publication & {
  format: 1;
  /** The registry it was meant for. */
  address: string;
  created_at: string;
  /** Why it was not published at the time. */
  reason: string;
};

/** A file of the spool that holds no record, and why. */
export type DamagedFile = { path: string; damage: string };
export type SpoolEntry = { path: string; record: SpoolRecord };
/** One that was set aside, and why. */
export type RefusedFile = (SpoolEntry | DamagedFile) & { refusal: string };

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
  await sweep(dir);
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

/** What was set aside, oldest build first. */
export async function scanRefused(dir: string): Promise<RefusedFile[]> {
  const refused: RefusedFile[] = [];
  for (const entry of await scanSpool(refusedDirectory(dir))) {
    const reason = await readFile(reasonPath(entry.path), "utf8").catch(unless("ENOENT", () => "unknown"));
    refused.push({ ...entry, refusal: reason.trim() });
  }
  return refused;
}

/** Where records go that the registry refuses ... */
export function refusedDirectory(dir: string): string {
  return join(dir, "refused");
}

/** ... and where the reason is. */
export function reasonPath(path: string): string {
  return `${path}.reason.txt`;
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

/** Stores something under a path of `dir` in one step: written and synced aside, renamed, the directory synced. */
export async function writeWhole(
  dir: string,
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const aside = join(dir, `.${crypto.randomUUID()}${UNFINISHED}`);
  try {
    const file = await open(aside, "wx", mode);
    try {
      await file.writeFile(content);
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

/** Removes what writers left behind that were killed. */
async function sweep(dir: string): Promise<void> {
  const names = await readdir(dir);
  for (const path of names.filter((name) => name.endsWith(UNFINISHED)).map((name) => join(dir, name))) {
    const found = await stat(path).catch(unless("ENOENT", () => undefined));
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
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
  const { artifact, open, build, uploads, documents, channels, created_at, reason } = record;
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
    ...(documents && documents.length > 0 && { documents }),
    ...(channels && channels.length > 0 && { channels }),
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
