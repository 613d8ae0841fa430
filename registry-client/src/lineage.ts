import type { CallOptions } from "./caller.ts";
import { type Paging, queryString, type Routes, type VersionReference } from "./routes.ts";
import type { Ancestry, OutOfDate, Page } from "./types.ts";

/** What versions were built from, and what was built from them. */
export class Lineage {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** The tree above and below a version. */
  async of(
    artifact: string,
    version: VersionReference,
    bounds: { direction?: "up" | "down" | "both" | undefined; depth?: number | undefined } = {},
    options?: CallOptions,
  ): Promise<Ancestry> {
    const path = `${this.#routes.version(artifact, version)}/ancestry${queryString(bounds)}`;
    return this.#routes.get(path, "parents", options);
  }

  /** What to rebuild: the latest versions whose parents are no longer what they would be built from today. */
  async outOfDate(
    filter: Paging & { namespace?: string | undefined; artifact?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<Page<OutOfDate>> {
    const artifact = filter.artifact && this.#routes.reference(filter.artifact).toString();
    const path = `v1/ancestry/out-of-date${queryString({ ...filter, artifact })}`;
    return this.#routes.get(path, "items", options);
  }
}
