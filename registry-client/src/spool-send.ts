import { rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RegistryClient } from "./client.ts";
import { RegistryError } from "./problem.ts";
import { ReferenceError_ } from "./reference.ts";
import { makeDirectory, readEntry, type SpoolRecord, unless, waiting, writeWhole } from "./spool.ts";
import type { Version } from "./types.ts";

export type SendOptions = {
  /** Called after a record was published and removed. */
  onSent?: (record: SpoolRecord, version: Version) => void;
  /** Called after a file was moved to `refused/`, with the reason. */
  onSetAside?: (path: string, reason: string) => void;
  /** Send records meant for another registry too: the registry has moved. */
  anyAddress?: boolean;
  signal?: AbortSignal | undefined;
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

/**
 * Publishes what waits in a spool, the oldest build first, and stops at the first record that the registry cannot take
 * for a reason outside the record. A record that the registry refuses, or that cannot be read, moves to `refused/`
 * beside a file with the reason. Two senders at once do no harm: publishing is idempotent, and a file that vanished
 * was dealt with by the other.
 */
export async function sendSpool(
  dir: string,
  client: Pick<RegistryClient, "address" | "publish" | "reportBuild">,
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
      const version = await publishRecord(entry.record, client, options.signal);
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
  { artifact, open, build }: SpoolRecord,
  client: Pick<RegistryClient, "publish" | "reportBuild">,
  signal: AbortSignal | undefined,
): Promise<Version> {
  // A build that waited must not become `latest` over one that ended later; only the registry can tell.
  const latest = open.latest === false ? false : "if_newer";
  const opened = await client.publish(artifact, { ...open, latest }, { signal });
  const { fingerprint } = opened.version;
  // Before there was `stored`, files were recorded only.
  const files = build.report.files?.map((file) => ({ stored: false, ...file }));
  const report = { ...build.report, ...(files && { files }) };
  const { version } = await client.reportBuild(artifact, fingerprint, build.name, report, { signal });
  return version;
}

function isAtFault(error: unknown): error is Error {
  if (error instanceof ReferenceError_) return true;
  return error instanceof RegistryError && error.kind === "refused" && RECORD_AT_FAULT.has(error.status ?? 0);
}

async function moveToRefused(dir: string, path: string, reason: string): Promise<void> {
  const refused = join(dir, "refused");
  await makeDirectory(refused);
  const target = join(refused, basename(path));
  await writeWhole(refused, `${target}.reason.txt`, `${reason}\n`);
  await rename(path, target).catch(unless("ENOENT", () => undefined));
}
