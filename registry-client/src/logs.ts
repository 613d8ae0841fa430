import type { CallOptions } from "./caller.ts";
import { queryString, type Routes, type VersionReference } from "./routes.ts";
import type { Log } from "./types.ts";

/** What building printed: written while it is built, read while it grows. */
export class Logs {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** The logs of the builds of a version. */
  async list(artifact: string, version: VersionReference, options?: CallOptions): Promise<Log[]> {
    const path = `${this.#routes.version(artifact, version)}/logs`;
    return (await this.#routes.get<{ logs: Log[] }>(path, "logs", options)).logs;
  }

  /** Appends at an offset; what the log has already may be sent again. */
  async append(
    artifact: string,
    version: VersionReference,
    build: string,
    { offset, bytes, ended }: { offset: number; bytes: Uint8Array; ended?: boolean },
    options?: CallOptions,
  ): Promise<Log> {
    const query = queryString({ offset, ended: ended || undefined });
    const content = { bytes, mediaType: "text/plain" };
    const path = `${this.#path(artifact, version, build)}${query}`;
    return this.#routes.send("PUT", path, { content }, "size", options);
  }

  /** The bytes of a log from an offset on, while they come. */
  async read(
    artifact: string,
    version: VersionReference,
    build: string,
    offset = 0,
    options?: CallOptions,
  ): Promise<AsyncIterable<Buffer>> {
    const path = `${this.#path(artifact, version, build)}${queryString({ offset })}`;
    return (await this.#routes.open({ method: "GET", path }, options)).stream;
  }

  /** The bytes of a log from an offset on, and what is appended, until it ends. */
  async *follow(
    artifact: string,
    version: VersionReference,
    build: string,
    offset = 0,
    options?: CallOptions,
  ): AsyncGenerator<Buffer> {
    const path = `${this.#path(artifact, version, build)}/follow${queryString({ offset })}`;
    for await (const { event, data } of this.#routes.follow(path, options)) {
      if (event === "end") return;
      const { text, base64 } = JSON.parse(data) as { text?: string; base64?: string };
      yield text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
    }
  }

  async delete(
    artifact: string,
    version: VersionReference,
    build: string,
    options?: CallOptions,
  ): Promise<void> {
    await this.#routes.tell("DELETE", this.#path(artifact, version, build), options);
  }

  #path(artifact: string, version: VersionReference, build: string): string {
    return `${this.#routes.build(artifact, version, build)}/log`;
  }
}
