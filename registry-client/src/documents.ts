import type { CallOptions } from "./caller.ts";
import type { Content } from "./payload.ts";
import type { Routes, VersionReference } from "./routes.ts";
import type { Document_ } from "./types.ts";

/** What is attached to a build: an SBOM, an attestation. Kept and given back byte for byte. */
export class Documents {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** Attaches a document, or replaces the one of that name. */
  async put(
    artifact: string,
    version: VersionReference,
    build: string,
    name: string,
    content: Content,
    options?: CallOptions,
  ): Promise<Document_> {
    const path = this.#path(artifact, version, build, name);
    return this.#routes.send("PUT", path, { content }, "sha256", options);
  }

  async get(
    artifact: string,
    version: VersionReference,
    build: string,
    name: string,
    options?: CallOptions,
  ): Promise<Content> {
    return this.#routes.content({ method: "GET", path: this.#path(artifact, version, build, name) }, options);
  }

  async delete(
    artifact: string,
    version: VersionReference,
    build: string,
    name: string,
    options?: CallOptions,
  ): Promise<void> {
    await this.#routes.tell("DELETE", this.#path(artifact, version, build, name), options);
  }

  #path(artifact: string, version: VersionReference, build: string, name: string): string {
    return `${this.#routes.build(artifact, version, build)}/documents/${encodeURIComponent(name)}`;
  }
}
