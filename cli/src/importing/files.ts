import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { type Local, readLocal, reportedPath } from "../local-files.ts";
import { buildOf, type Entry } from "./manifest.ts";

/** Where the files of a manifest are, as far as they are still those that its builds made. */
export class ManifestFiles {
  readonly #directory: string;
  readonly #upload: boolean;
  /** Which build wrote to a place last. */
  readonly #writers: Map<string, string>;

  /**
   * @param directory that of the manifest, which is usually the one that Packer was started in
   * @param upload whether the registry is to have their bytes
   */
  constructor(entries: readonly Entry[], directory: string, upload: boolean) {
    this.#directory = directory;
    this.#upload = upload;
    this.#writers = new Map(
      entries.flatMap((entry) => (entry.files ?? []).map(({ name }) => [this.#place(name), writer(entry)])),
    );
  }

  /**
   * Reads the files of a build. A manifest has no checksums, so a file counts as that of the build only when no later
   * build wrote to the same place, and when it has the size that it had then.
   *
   * @param names which of them
   * @returns what can be recorded, and of the rest why it cannot
   */
  async of(entry: Entry, names: readonly string[]): Promise<{ locals: Local[]; gone: string[] }> {
    const locals: Local[] = [];
    const gone: string[] = [];
    for (const { name, size } of entry.files?.filter((file) => names.includes(file.name)) ?? []) {
      const place = this.#place(name);
      const found = await stat(place).catch(() => undefined);
      if (this.#writers.get(place) !== writer(entry)) gone.push(`${name} was written again by a later build`);
      else if (!found?.isFile()) gone.push(`${name} is not there any more`);
      else if (found.size !== size) gone.push(`${name} has ${found.size} bytes now, and had ${size}`);
      else {
        const { file } = await readLocal(place, this.#upload);
        locals.push({ source: place, file: { ...file, path: this.#upload ? reportedPath(name) : name } });
      }
    }
    return { locals, gone };
  }

  #place(name: string): string {
    return isAbsolute(name) ? name : resolve(this.#directory, name);
  }
}

function writer(entry: Entry): string {
  return `${entry.packer_run_uuid} ${buildOf(entry)}`;
}
