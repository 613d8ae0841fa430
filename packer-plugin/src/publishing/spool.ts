import {
  type RegistryClient,
  type RegistryError,
  type SpoolRecord,
  sendSpool,
  spoolDirectory,
  writeSpoolRecord,
} from "@waybill/registry-client";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import type { Output } from "./output.ts";

/**
 * Sends what earlier runs could not publish, so that versions are numbered in the order they were built.
 *
 * @returns why sending stopped; what is new would meet the same, and must not overtake what waits
 */
export async function sendWaiting(
  client: RegistryClient,
  output: Output,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<RegistryError | undefined> {
  const directory = spoolDirectory(env);
  const { sending: onProgress, done: onDone } = new UploadProgress(output.progress);
  try {
    const { stopped } = await sendSpool(directory, client, {
      signal,
      onProgress,
      onDone,
      onSent: (record, version) => output.sentLate(record, version),
      onSetAside: (path, reason) =>
        output.warn(`the registry refuses a build from the spool: ${reason}. It was moved aside: ${path}`),
    });
    return stopped;
  } catch (error) {
    // A broken spool must not keep what is new from being published.
    output.warn(`the spool ${directory} cannot be sent: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/**
 * Stores a build for `waybill spool send`.
 *
 * @returns why that failed; undefined when it is stored
 */
export async function putIntoSpool(
  record: SpoolRecord,
  output: Output,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const directory = spoolDirectory(env);
  try {
    const path = await writeSpoolRecord(directory, record);
    output.spooled(record, path);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `${record.reason}; and it could not be put into the spool ${directory}: ${why}`;
  }
}
