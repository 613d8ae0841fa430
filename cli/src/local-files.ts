import { basename } from "node:path";
import type { File_, RegistryClient } from "@waybill/registry-client";
import { uploadFiles } from "@waybill/registry-client/build-files";
import { describeFile } from "@waybill/registry-client/file-source";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import { UsageError } from "./failures.ts";
import type { Output } from "./output.ts";

/** A file of this machine, and as a report names it. */
export type Local = { source: string; file: File_ };

/**
 * Reads a file for a report.
 *
 * @param stored whether the registry is to have its bytes; {@link sendFiles} sends them
 * @throws {UsageError} when it cannot be read
 */
export async function readLocal(source: string, stored: boolean): Promise<Local> {
  const described = await describeFile(source).catch((error) => {
    throw new UsageError(`${source} cannot be read: ${error.code ?? error.message}`);
  });
  return { source, file: { path: stored ? reportedPath(source) : source, ...described, stored } };
}

/** Sends the files that the registry is to have, and lacks. */
export async function sendFiles(
  client: RegistryClient,
  artifact: string,
  locals: readonly Local[],
  output: Output,
): Promise<void> {
  const progress = new UploadProgress((text) => output.note(text));
  const sources = locals.map(({ source, file: { path } }) => ({ path, source }));
  const files = locals.map(({ file }) => file);
  await uploadFiles(client, artifact, files, sources, {
    onProgress: progress.sending,
    onDone: progress.done,
  });
}

/** What is below the working directory keeps its way there; from elsewhere only the name means something to others. */
export function reportedPath(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== "." && part !== "");
  const isBelow = !/^([\\/]|[A-Za-z]:)/.test(path) && !parts.includes("..");
  return isBelow ? parts.join("/") : basename(path);
}
