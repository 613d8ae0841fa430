import { createReadStream } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CallOptions } from "./caller.ts";
import type { RegistryClient } from "./client.ts";
import { makeDirectory } from "./directory.ts";
import { withLock } from "./lock.ts";
import { RegistryError } from "./problem.ts";
import { PRIVATE, unless, waiting, writeWhole } from "./spool.ts";
import { isAtFault, moveToRefused } from "./spool-send.ts";
import type { BuildFailure, Publish } from "./types.ts";

/** The log of a build, or the rest of it, that could not be sent; its bytes follow it in its file. No credentials. */
export type SpooledLog = {
  format: 1;
  /** The registry it was meant for. */
  address: string;
  /** `namespace/artifact` */
  artifact: string;
  /** Opens the version, which may be known to nobody. */
  open: Publish;
  build: string;
  /** Where in the log its bytes go; what comes before, the registry has. */
  offset: number;
  /** The build failed, and why. */
  failure?: BuildFailure;
  created_at: string;
  /** Why it was not sent at the time. */
  reason: string;
};

/** @property start where in the file the log begins; @property size bytes of the log */
export type SpooledLogEntry = { path: string; record: SpooledLog; start: number; size: number };

/** What of a client sends a log. */
export type LogClient = Pick<RegistryClient, "address" | "publish" | "failBuild" | "logs">;

const HEAD_BYTES = 256 * 1024;
const SENT_AT_ONCE = 1024 * 1024;
const LOCK = ".sending";
/** They sort and are set aside as records of builds are. */
const directoryOf = (dir: string) => join(dir, "logs");

/**
 * Stores a log so that after a crash or power loss there is the whole file or none.
 *
 * @param dir the spool
 * @returns the path of the file
 * @throws the error of the file system, when the log is not safely stored
 */
export async function writeSpooledLog(dir: string, record: SpooledLog, bytes: Buffer): Promise<string> {
  const logs = directoryOf(dir);
  await makeDirectory(logs, PRIVATE);
  const name = `${record.created_at.replace(/[-:.]/g, "")}-${crypto.randomUUID()}.json`;
  const path = join(logs, name);
  await writeWhole(logs, path, Buffer.concat([Buffer.from(`${JSON.stringify(record)}\n`), bytes]));
  return path;
}

/** The logs that wait, the oldest first; what holds none is left out. */
export async function listSpooledLogs(dir: string): Promise<SpooledLogEntry[]> {
  const entries = await Promise.all((await waiting(directoryOf(dir))).map(readLog));
  return entries.filter((entry) => entry !== undefined);
}

/**
 * Sends the logs that wait, the oldest first, and records the builds that failed. It stops when the registry cannot be
 * asked; what the registry refuses for good moves to `logs/refused/` beside a file with the reason.
 *
 * @returns how many are still there, and what kept them from being sent
 */
export async function sendSpooledLogs(
  dir: string,
  client: LogClient,
  options: CallOptions & {
    anyAddress?: boolean;
    onSent?: (record: SpooledLog) => void;
    onSetAside?: (path: string, reason: string) => void;
  } = {},
): Promise<{ left: number; stopped: RegistryError | undefined }> {
  const logs = directoryOf(dir);
  if ((await waiting(logs)).length === 0) return { left: 0, stopped: undefined };
  const work = async () => {
    for (const entry of await listSpooledLogs(dir)) {
      const { path, record, start } = entry;
      if (record.address !== client.address && !options.anyAddress) continue;
      try {
        await sendLog(
          client,
          record,
          createReadStream(path, { start, highWaterMark: SENT_AT_ONCE }),
          options,
        );
      } catch (error) {
        if (isAtFault(error)) {
          await moveToRefused(logs, path, error.message);
          options.onSetAside?.(path, error.message);
          continue;
        }
        if (error instanceof RegistryError) return error;
        throw error;
      }
      await rm(path, { force: true });
      options.onSent?.(record);
    }
    return undefined;
  };
  const stopped = await withLock(join(logs, LOCK), work, options);
  return { left: (await waiting(logs)).length, stopped };
}

async function sendLog(
  client: LogClient,
  { artifact, open, build, offset, failure }: SpooledLog,
  pieces: AsyncIterable<Buffer>,
  options: CallOptions,
): Promise<void> {
  const { version } = await client.publish(artifact, open, options);
  const { fingerprint } = version;
  let at = offset;
  for await (const bytes of pieces) {
    await client.logs.append(artifact, `fingerprint:${fingerprint}`, build, { offset: at, bytes }, options);
    at += bytes.length;
  }
  const end = { offset: at, bytes: new Uint8Array(), ended: true };
  await client.logs.append(artifact, `fingerprint:${fingerprint}`, build, end, options);
  const isMissing = version.missing_builds.includes(build);
  if (failure && isMissing) await client.failBuild(artifact, fingerprint, build, failure, options);
}

async function readLog(path: string): Promise<SpooledLogEntry | undefined> {
  const file = await open(path).catch(unless("ENOENT", () => undefined));
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const end = buffer.subarray(0, bytesRead).indexOf("\n");
    const record = JSON.parse(buffer.toString("utf8", 0, Math.max(0, end))) as SpooledLog;
    return { path, record, start: end + 1, size: (await stat(path)).size - end - 1 };
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
