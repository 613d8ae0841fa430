import type { CallOptions } from "./caller.ts";
import type { Upload } from "./payload.ts";
import { RegistryError } from "./problem.ts";
import type { Routes, VersionReference } from "./routes.ts";
import type { HeldFile } from "./types.ts";

/** Bytes to upload: what they are, and how to read them. {@link fileSource} makes it for a file. */
export type Source = HeldFile & Upload;

/** Of a file that a build made; {@link saveFile} makes a file of it. */
export type FileReference = {
  artifact: string;
  version: VersionReference;
  build: string;
  path: string;
  sha256: string;
};

/** The bytes of files: sent before a build is reported that names them, and had from the build. */
export class Files {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** What the registry has of bytes that the artifact holds, or that the caller may read elsewhere. */
  async find(artifact: string, sha256: string, options?: CallOptions): Promise<HeldFile | undefined> {
    try {
      return await this.#routes.get<HeldFile>(this.#held(artifact, sha256), "sha256", options);
    } catch (error) {
      if (error instanceof RegistryError && error.code === "file_not_found") return undefined;
      throw error;
    }
  }

  /**
   * Makes sure that the registry has bytes, which it keeps for a day until a build names them. What it has already is
   * not sent.
   *
   * @returns whether they had to be sent
   */
  async upload(artifact: string, source: Source, options?: CallOptions): Promise<{ sent: boolean }> {
    if (await this.find(artifact, source.sha256, options)) return { sent: false };
    const path = this.#held(artifact, source.sha256);
    await this.#routes.send("PUT", path, { upload: source }, "sha256", options);
    return { sent: true };
  }

  /**
   * Reads a file of a build while it comes.
   *
   * @param from how many bytes are there already; then `sha256` keeps the rest of another file from being taken
   * @returns the bytes, and where they begin: at 0 when the registry sends all of them
   */
  async read(
    { artifact, version, build, path, sha256 }: FileReference,
    from = 0,
    options?: CallOptions,
  ): Promise<{ start: number; stream: AsyncIterable<Buffer> }> {
    const url = `${this.#routes.build(artifact, version, build)}/files/${encodeURIComponent(path)}`;
    const headers: Record<string, string> =
      from === 0 ? {} : { range: `bytes=${from}-`, "if-range": `"${sha256}"` };
    const { status, stream } = await this.#routes.open({ method: "GET", path: url, headers }, options);
    return { start: status === 206 ? from : 0, stream };
  }

  #held(artifact: string, sha256: string): string {
    return `${this.#routes.artifact(artifact)}/files/${sha256}`;
  }
}
