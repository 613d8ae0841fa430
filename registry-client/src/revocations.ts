import type { CallOptions } from "./caller.ts";
import { queryString, type Routes, type VersionReference } from "./routes.ts";
import type { RevocationPreview, RevocationState, Revoke, Revoked } from "./types.ts";

/** Revoking versions and taking that back. No pointer moves by it, unless that is asked for. */
export class Revocations {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** The state of a version: its causes, its own and those it has from ancestors. */
  async get(artifact: string, version: VersionReference, options?: CallOptions): Promise<RevocationState> {
    return this.#routes.get(this.#path(artifact, version), "causes", options);
  }

  /** What revoking would touch: channels, those who resolved it lately, descendants. Changes nothing. */
  async preview(
    artifact: string,
    version: VersionReference,
    body: { with_descendants?: boolean } = {},
    options?: CallOptions,
  ): Promise<RevocationPreview> {
    return this.#routes.send(
      "POST",
      `${this.#path(artifact, version)}/preview`,
      { body },
      "channels",
      options,
    );
  }

  /** Revokes now, or from the date `at`. */
  async revoke(
    artifact: string,
    version: VersionReference,
    body: Revoke,
    options?: CallOptions,
  ): Promise<Revoked> {
    return this.#routes.send("PUT", this.#path(artifact, version), { body }, "causes", options);
  }

  /** Removes the version's own cause, and exactly what descendants have from it. */
  async unrevoke(
    artifact: string,
    version: VersionReference,
    reason?: string,
    options?: CallOptions,
  ): Promise<RevocationState> {
    const path = `${this.#path(artifact, version)}${queryString({ reason })}`;
    return this.#routes.send("DELETE", path, {}, "causes", options);
  }

  #path(artifact: string, version: VersionReference): string {
    return `${this.#routes.version(artifact, version)}/revocation`;
  }
}
