import { rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { UploadOptions } from "./build-files.ts";
import { type Published, type Publisher, publishBuild } from "./build-publishing.ts";
import { makeDirectory } from "./directory.ts";
import { type LockOptions, withLock } from "./lock.ts";
import { RegistryError } from "./problem.ts";
import { ReferenceError_ } from "./reference.ts";
import {
  PRIVATE,
  readEntry,
  reasonPath,
  refusedDirectory,
  type SpoolRecord,
  unless,
  waiting,
  writeWhole,
} from "./spool.ts";
import type { File_, Latest } from "./types.ts";

export type SendOptions = {
  /** Called after a record was published and removed. */
  onSent?: (record: SpoolRecord, published: Published) => void;
  /** Called after a file was moved to `refused/`, with the reason. */
  onSetAside?: (path: string, reason: string) => void;
  /** Send records meant for another registry too: the registry has moved. */
  anyAddress?: boolean;
  /** Publish builds whose files or documents are not there any more, or have changed, without their bytes. */
  recordOnly?: boolean;
  /** Send what was set aside, too. */
  refused?: boolean;
} & UploadOptions &
  Pick<LockOptions, "onWaiting">;

export type SpoolResult = {
  sent: number;
  setAside: number;
  /** Still in the spool: not tried after `stopped` or behind one of `blocked`, or meant for one of `otherAddresses`. */
  left: number;
  /** What kept the rest from being sent; records after it were not tried. */
  stopped: RegistryError | undefined;
  /** Artifacts of which nothing can be sent, such as those that the token is not for, and why. */
  blocked: Map<string, RegistryError>;
  otherAddresses: string[];
};

/** Answers that a record will get again whenever it is sent. Any other refusal (a bad token) is not its fault. */
const RECORD_AT_FAULT = new Set([400, 409, 413, 422]);
const UNAUTHORIZED = 401;
const NOT_FOUND = 404;
/** Held by the one that sends. */
const LOCK = ".sending";

/** Files that wait with a record are gone, and nobody has sent them. */
class FilesLost extends Error {
  constructor(lost: { source: string }[]) {
    const names = lost.map(({ source }) => source).join(", ");
    super(
      `${names} is not there any more, or has changed since the build, or cannot be read; put it back and type: waybill spool send --refused, or do without these bytes and type: waybill spool send --refused --record-only`,
    );
  }
}

/**
 * Publishes what waits in a spool, the oldest build first, and stops when the registry cannot be asked. A record that
 * the registry refuses, or that cannot be read, moves to `refused/` beside a file with the reason. What may be taken
 * another time, by another token or with more room, stays, and so do later records of that artifact. Of several senders
 * one sends, and the others wait until it is done.
 */
export async function sendSpool(
  dir: string,
  client: Publisher,
  options: SendOptions = {},
): Promise<SpoolResult> {
  if (options.refused) await takeBack(dir);
  const nothing = {
    sent: 0,
    setAside: 0,
    left: 0,
    stopped: undefined,
    blocked: new Map(),
    otherAddresses: [],
  };
  if ((await waiting(dir)).length === 0) return nothing;
  return withLock(join(dir, LOCK), () => sendAll(dir, client, options, nothing), options);
}

async function sendAll(
  dir: string,
  client: Publisher,
  options: SendOptions,
  result: SpoolResult,
): Promise<SpoolResult> {
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
    const { record } = entry;
    if (record.address !== client.address && !options.anyAddress) {
      elsewhere.add(record.address);
      result.left++;
      continue;
    }
    if (result.blocked.has(record.artifact)) {
      result.left++;
      continue;
    }
    try {
      const published = await publishRecord(record, client, options);
      await rm(path, { force: true });
      result.sent++;
      options.onSent?.(record, published);
    } catch (error) {
      if (isAtFault(error)) await setAside(path, error.message);
      else if (error instanceof RegistryError) {
        if (error.kind === "refused" && error.status !== UNAUTHORIZED)
          result.blocked.set(record.artifact, error);
        else result.stopped = error;
        result.left++;
      } else throw error;
    }
  }
  return { ...result, otherAddresses: [...elsewhere].sort() };
}

async function publishRecord(
  record: SpoolRecord,
  client: Publisher,
  options: SendOptions,
): Promise<Published> {
  const { artifact, open, build, uploads = [], documents = [] } = record;
  // Before there was `stored`, files were recorded only.
  let files = build.report.files?.map((file) => ({ stored: false, ...file }));
  if (files && uploads.length > 0) {
    const { lostFiles } = await import("./build-files.ts");
    const lost = await lostFiles(client, artifact, files, uploads, options);
    if (lost.length > 0 && !options.recordOnly) throw new FilesLost(lost);
    files = recordedOnly(files, lost);
  }
  const attached = documents.length > 0 ? await withoutLost(record, client, options) : documents;
  // A build that waited must not become `latest` over one that ended later; only the registry can tell.
  const latest: Latest = open.latest === false ? false : "if_newer";
  const report = { ...build.report, ...(files && { files }) };
  const publication = {
    ...record,
    open: { ...open, latest },
    build: { ...build, report },
    documents: attached,
  };
  return publishBuild(client, publication, options);
}

function recordedOnly<T extends File_>(files: T[], lost: { path: string }[]): T[] {
  const paths = new Set(lost.map(({ path }) => path));
  return files.map((file) => (paths.has(file.path) ? { ...file, stored: false } : file));
}

/** @throws FilesLost for documents that are gone and not attached, unless such are to be left out */
async function withoutLost(
  { artifact, open, build, documents = [] }: SpoolRecord,
  client: Publisher,
  { recordOnly, signal }: SendOptions,
): Promise<typeof documents> {
  const { lostDocuments, notAttached } = await import("./document-files.ts");
  const gone = await lostDocuments(documents);
  if (gone.length === 0) return documents;
  const version = await client
    .getVersion(artifact, `fingerprint:${open.fingerprint}`, { signal })
    .catch(unlessMissing);
  const lost = version ? notAttached(version, build.name, gone) : gone;
  if (lost.length > 0 && !recordOnly) throw new FilesLost(lost);
  return documents.filter((document) => !gone.includes(document));
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof RegistryError) || error.status !== NOT_FOUND) throw error;
}

/** Whether what was refused will be refused whenever it is sent. */
export function isAtFault(error: unknown): error is Error {
  if (error instanceof ReferenceError_ || error instanceof FilesLost) return true;
  // A quota can be raised, and the record waits for that.
  if (!(error instanceof RegistryError) || error.code === "quota_exceeded") return false;
  return error.kind === "refused" && RECORD_AT_FAULT.has(error.status ?? 0);
}

/** Sets a file aside, with the reason beside it. */
export async function moveToRefused(dir: string, path: string, reason: string): Promise<void> {
  const refused = refusedDirectory(dir);
  await makeDirectory(refused, PRIVATE);
  const target = join(refused, basename(path));
  await writeWhole(refused, reasonPath(target), `${reason}\n`);
  await rename(path, target).catch(unless("ENOENT", () => undefined));
}

async function takeBack(dir: string): Promise<void> {
  for (const path of await waiting(refusedDirectory(dir))) {
    await rename(path, join(dir, basename(path))).catch(unless("ENOENT", () => undefined));
    await rm(reasonPath(path), { force: true });
  }
}
