/** The files that a build made, on their way into the registry. Loaded only by whoever sends some. */
import type { CallOptions } from "./caller.ts";
import { fileSource, isFile } from "./file-source.ts";
import type { Files } from "./files.ts";
import type { File_ } from "./types.ts";

/** Where a file of a report lies on this machine. */
export type LocalFile = { path: string; source: string };

export type UploadOptions = CallOptions & {
  /** Told before a file is sent that the registry lacks, and while it is. */
  onProgress?: (file: File_, sent: number) => void;
  /** Told when the registry has a file, and whether it had to be sent. */
  onDone?: (file: File_, wasSent: boolean) => void;
};

/**
 * Makes sure that the registry has the files of a report that it is to store, before the build is reported.
 *
 * @param locals where those files are
 * @throws {RegistryError}; the error of the file system when a file cannot be read
 */
export async function uploadFiles(
  client: { files: Pick<Files, "upload"> },
  artifact: string,
  files: readonly File_[],
  locals: readonly LocalFile[],
  { onProgress, onDone, ...options }: UploadOptions = {},
): Promise<void> {
  const sources = new Map(locals.map(({ path, source }) => [path, source]));
  for (const file of files) {
    const source = file.stored === false ? undefined : sources.get(file.path);
    if (source === undefined) continue;
    const upload = fileSource(source, file, (sent) => onProgress?.(file, sent));
    const { sent } = await client.files.upload(artifact, upload, options);
    onDone?.(file, sent);
  }
}

/** The files that are not what they were when they were described, or not there any more, and that nobody has sent. */
export async function lostFiles(
  client: { files: Pick<Files, "find"> },
  artifact: string,
  files: readonly File_[],
  locals: readonly LocalFile[],
  options?: CallOptions,
): Promise<LocalFile[]> {
  const described = new Map(files.map((file) => [file.path, file]));
  const lost: LocalFile[] = [];
  for (const local of locals) {
    const file = described.get(local.path);
    if (!file || (await isFile(local.source, file))) continue;
    if (!(await client.files.find(artifact, file.sha256, options))) lost.push(local);
  }
  return lost;
}
