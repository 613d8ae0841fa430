import {
  type RegistryClient,
  type RegistryError,
  type SpoolRecord,
  sendSpool,
  spoolDirectory,
  writeSpoolRecord,
} from "@waybill/registry-client";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import { commandByHand, leftOut } from "./by-hand.ts";
import type { Output } from "./output.ts";

/**
 * Sends what earlier runs could not publish, so that versions are numbered in the order they were built.
 *
 * @returns why what waits was not sent, when this artifact has a part in it: what is new would meet the same, and must
 *   not overtake what waits
 */
export async function sendWaiting(
  artifact: string,
  client: RegistryClient,
  output: Output,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<RegistryError | undefined> {
  const directory = spoolDirectory(env);
  const { sending: onProgress, done: onDone } = new UploadProgress(output.progress);
  try {
    const { stopped, blocked } = await sendSpool(directory, client, {
      signal,
      onProgress,
      onDone,
      onWaiting: () => output.progress("Another process is sending what waits in the spool; waiting for it"),
      onSent: (record, published) => output.sentLate(record, published),
      onSetAside: (path, reason) =>
        output.warn(`the registry refuses a build from the spool: ${reason}. It was moved aside: ${path}`),
    });
    for (const [other, { message }] of blocked) {
      if (other !== artifact) output.warn(`builds of ${other} still wait in the spool: ${message}`);
    }
    return stopped ?? blocked.get(artifact);
  } catch (error) {
    // A broken spool must not keep what is new from being published.
    if (!signal.aborted)
      output.warn(`the spool ${directory} cannot be sent: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/**
 * Stores a build for `waybill spool send`.
 *
 * @returns why that failed, and what to type; undefined when it is stored
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
    return (
      `${record.reason}; and it could not be put into the spool ${directory}: ${why}\n` +
      `To publish it later, type: ${commandByHand(record)}${leftOut(record)}`
    );
  }
}
