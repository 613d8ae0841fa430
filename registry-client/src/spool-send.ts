import { rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LocalFile, UploadOptions } from "./build-files.ts";
import type { RegistryClient } from "./client.ts";
import { makeDirectory } from "./directory.ts";
import type { Files } from "./files.ts";
import { RegistryError } from "./problem.ts";
import { ReferenceError_ } from "./reference.ts";
import { PRIVATE, readEntry, type SpoolRecord, unless, waiting, writeWhole } from "./spool.ts";
import type { File_, Version } from "./types.ts";

export type SendOptions = {
  /** Called after a record was published and removed. */
  onSent?: (record: SpoolRecord, version: Version) => void;
  /** Called after a file was moved to `refused/`, with the reason. */
  onSetAside?: (path: string, reason: string) => void;
  /** Send records meant for another registry too: the registry has moved. */
  anyAddress?: boolean;
  /** Publish builds whose files are not there any more, or have changed, without their bytes. */
  recordOnly?: boolean;
} & UploadOptions;

/** What of a client sends a spool. */
type Sender = Pick<RegistryClient, "address" | "publish" | "reportBuild"> & {
  files: Pick<Files, "find" | "upload">;
};

export type SpoolResult = {
  sent: number;
  setAside: number;
  /** Still in the spool: not tried after `stopped`, or meant for one of `otherAddresses`. */
  left: number;
  /** What kept the rest from being sent; records after it were not tried. */
  stopped: RegistryError | undefined;
  otherAddresses: string[];
};

/** Answers that a record will get again whenever it is sent. Any other refusal (a bad token) is not its fault. */
const RECORD_AT_FAULT = new Set([400, 409, 413, 422]);

/** Files that wait with a record are gone, and nobody has sent them. */
class FilesLost extends Error {
  constructor(lost: LocalFile[]) {
    const names = lost.map(({ source }) => source).join(", ");
    super(
      `${names} is not there any more, or has changed since the build; put it back, or send with --record-only to publish the build without these bytes, after moving its record back into the spool`,
    );
  }
}

/**
 * Publishes what waits in a spool, the oldest build first, and stops at the first record that the registry cannot take
 * for a reason outside the record. A record that the registry refuses, or that cannot be read, moves to `refused/`
 * beside a file with the reason. Two senders at once do no harm: publishing is idempotent, and a file that vanished
 * was dealt with by the other.
 */
export async function sendSpool(
  dir: string,
  client: Sender,
  options: SendOptions = {},
): Promise<SpoolResult> {
  const result: SpoolResult = { sent: 0, setAside: 0, left: 0, stopped: undefined, otherAddresses: [] };
  const elsewhere = new Set<string>();
  const setAside = async (path: string, reason: string) => {
    await moveToRefused(dir, path, reason);
    result.setAside++;
    options.onSetAside?.(path, reason);
  };

  for (const path of await waiting(dir)) {
    if (result.stopped) {
      result.left++;
      continue;
    }
    const entry = await readEntry(path);
    if (!entry) continue;
    if ("damage" in entry) {
      await setAside(path, `it holds no record: ${entry.damage}`);
      continue;
    }
    if (entry.record.address !== client.address && !options.anyAddress) {
      elsewhere.add(entry.record.address);
      result.left++;
      continue;
    }
    try {
      const version = await publishRecord(entry.record, client, options);
      await rm(path, { force: true });
      result.sent++;
      options.onSent?.(entry.record, version);
    } catch (error) {
      if (isAtFault(error)) await setAside(path, error.message);
      else if (error instanceof RegistryError) {
        result.stopped = error;
        result.left++;
      } else throw error;
    }
  }
  return { ...result, otherAddresses: [...elsewhere].sort() };
}

async function publishRecord(
  { artifact, open, build, uploads = [] }: SpoolRecord,
  client: Sender,
  options: SendOptions,
): Promise<Version> {
  const { signal } = options;
  // Before there was `stored`, files were recorded only.
  let files = build.report.files?.map((file) => ({ stored: false, ...file })) ?? [];
  if (uploads.length > 0) files = await withoutLost(client, artifact, files, uploads, options);
  // A build that waited must not become `latest` over one that ended later; only the registry can tell.
  const latest = open.latest === false ? false : "if_newer";
  const opened = await client.publish(artifact, { ...open, latest }, { signal });
  const { fingerprint } = opened.version;
  if (uploads.length > 0) {
    const { uploadFiles } = await import("./build-files.ts");
    await uploadFiles(client, artifact, files, uploads, options);
  }
  const report = { ...build.report, ...(build.report.files && { files }) };
  const { version } = await client.reportBuild(artifact, fingerprint, build.name, report, { signal });
  return version;
}

/** @throws FilesLost unless such files are to be recorded only */
async function withoutLost<T extends File_>(
  client: Sender,
  artifact: string,
  files: T[],
  uploads: LocalFile[],
  { recordOnly, signal }: SendOptions,
): Promise<T[]> {
  const { lostFiles } = await import("./build-files.ts");
  const lost = await lostFiles(client, artifact, files, uploads, { signal });
  if (lost.length === 0) return files;
  if (!recordOnly) throw new FilesLost(lost);
  const paths = new Set(lost.map(({ path }) => path));
  return files.map((file) => (paths.has(file.path) ? { ...file, stored: false } : file));
}

function isAtFault(error: unknown): error is Error {
  if (error instanceof ReferenceError_ || error instanceof FilesLost) return true;
  // A quota can be raised, and the record waits for that.
  if (!(error instanceof RegistryError) || error.code === "quota_exceeded") return false;
  return error.kind === "refused" && RECORD_AT_FAULT.has(error.status ?? 0);
}

async function moveToRefused(dir: string, path: string, reason: string): Promise<void> {
  const refused = join(dir, "refused");
  await makeDirectory(refused, PRIVATE);
  const target = join(refused, basename(path));
  await writeWhole(refused, `${target}.reason.txt`, `${reason}\n`);
  await rename(path, target).catch(unless("ENOENT", () => undefined));
}
