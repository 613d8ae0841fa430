import { Caller, type CallOptions, type ClientOptions } from "./caller.ts";
import { type Problem, RegistryError } from "./problem.ts";
import { parseReference } from "./reference.ts";
import type { Settings } from "./settings.ts";
import type {
  Artifact,
  Build,
  BuildReport,
  FoundImage,
  Health,
  Labels,
  Page,
  Publish,
  Resolved,
  ResolveQuery,
  Version,
  VersionState,
  VersionSummary,
} from "./types.ts";

/** A version by its number or by `fingerprint:<fingerprint>`. */
export type VersionReference = number | `fingerprint:${string}`;
export type ResolveResult = { resolved: Resolved } | { problem: Problem };
export type Paging = { limit?: number | undefined; cursor?: string | undefined };

const MOST_QUERIES = 100;

/**
 * Talks to one registry. Artifacts are given as `namespace/artifact`, or without a namespace when the settings have
 * one. Every call throws {@link RegistryError}, or {@link ReferenceError_} when the artifact's name cannot be used.
 *
 * @example
 * const client = new RegistryClient(readSettings({}, process.env), { userAgent: "waybill-cli/0.1.0" });
 * const { external_id } = await client.resolve({ artifact: "hashicorp/web", region: "us-east-1" });
 */
export class RegistryClient {
  /** Where the registry is; always ends with a slash and never holds credentials. */
  readonly address: string;
  readonly #caller: Caller;
  readonly #namespace: string | undefined;

  constructor(settings: Settings, options: ClientOptions) {
    this.address = settings.address.href;
    this.#namespace = settings.namespace;
    this.#caller = new Caller(settings, options);
  }

  async resolve(query: ResolveQuery, options?: CallOptions): Promise<Resolved> {
    const { artifact, labels, ...rest } = query;
    const pairs = Object.entries(labels ?? {}).map(([key, value]) => ["labels", `${key}=${value}`] as const);
    return this.#get(`${this.#path(artifact)}/resolve${queryString(rest, pairs)}`, "artifact", options);
  }

  /** Resolves many in as few requests as the registry allows; one failing item fails only itself. In order. */
  async resolveMany(queries: ResolveQuery[], options?: CallOptions): Promise<ResolveResult[]> {
    const whole = queries.map((query) => ({
      ...query,
      artifact: this.#reference(query.artifact).toString(),
    }));
    const requests: Promise<{ results: ResolveResult[] }>[] = [];
    for (let start = 0; start < whole.length; start += MOST_QUERIES) {
      const body = { queries: whole.slice(start, start + MOST_QUERIES) };
      requests.push(this.#send("POST", "v1/resolve", body, "results", options));
    }
    return (await Promise.all(requests)).flatMap(({ results }) => results);
  }

  /** Publishes all builds of a version at once, or opens one for the builds it expects. */
  async publish(
    artifact: string,
    body: Publish,
    options?: CallOptions,
  ): Promise<{ version: Version; created: boolean }> {
    const path = `${this.#path(artifact)}/versions`;
    const answer = await this.#caller.call({ method: "POST", path, body, expects: "fingerprint" }, options);
    return { version: answer.body as Version, created: answer.status === 201 };
  }

  /** Reports one build of an open version; the last one that the version expects completes it. */
  async reportBuild(
    artifact: string,
    fingerprint: string,
    build: string,
    body: BuildReport,
    options?: CallOptions,
  ): Promise<{ build: Build; version: Version }> {
    if (build === "." || build === "..") throw new RegistryError("refused", `"${build}" cannot name a build`);
    const path = `${this.#versionPath(artifact, `fingerprint:${fingerprint}`)}/builds/${encodeURIComponent(build)}`;
    return this.#send("PUT", path, body, "version", options);
  }

  async getVersion(artifact: string, version: VersionReference, options?: CallOptions): Promise<Version> {
    return this.#get(this.#versionPath(artifact, version), "fingerprint", options);
  }

  async listVersions(
    artifact: string,
    filter: Paging & { state?: VersionState | undefined } = {},
    options?: CallOptions,
  ): Promise<Page<VersionSummary>> {
    return this.#get(`${this.#path(artifact)}/versions${queryString(filter)}`, "items", options);
  }

  /** Completes a version by hand, dropping the builds that are missing. */
  async completeVersion(
    artifact: string,
    version: VersionReference,
    reason: string,
    options?: CallOptions,
  ): Promise<Version> {
    const path = `${this.#versionPath(artifact, version)}/complete`;
    return this.#send("POST", path, { reason }, "fingerprint", options);
  }

  /** Gives an incomplete version up, so that its fingerprint is free. For a complete one see `deleteVersion`. */
  async abandonVersion(
    artifact: string,
    version: VersionReference,
    reason?: string,
    options?: CallOptions,
  ): Promise<Version> {
    const path = `${this.#versionPath(artifact, version)}${queryString({ reason })}`;
    return this.#send("DELETE", path, undefined, "fingerprint", options);
  }

  /** Deletes a complete version; its number is not given again. */
  async deleteVersion(artifact: string, version: VersionReference, options?: CallOptions): Promise<void> {
    await this.#caller.call({ method: "DELETE", path: this.#versionPath(artifact, version) }, options);
  }

  async getArtifact(artifact: string, options?: CallOptions): Promise<Artifact> {
    return this.#get(this.#path(artifact), "artifact", options);
  }

  async listArtifacts(
    filter: Paging & { namespace?: string | undefined; q?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<Page<Artifact>> {
    return this.#get(`v1/artifacts${queryString(filter)}`, "items", options);
  }

  /** Creates an artifact, or changes its description and labels. */
  async putArtifact(
    artifact: string,
    body: { description?: string; labels?: Labels },
    options?: CallOptions,
  ): Promise<Artifact> {
    return this.#send("PUT", this.#path(artifact), body, "artifact", options);
  }

  /** Deletes an artifact; publishing it again continues its numbers. */
  async deleteArtifact(artifact: string, options?: CallOptions): Promise<void> {
    await this.#caller.call({ method: "DELETE", path: this.#path(artifact) }, options);
  }

  /** "What is ami-123?" */
  async findImages(
    filter: Paging & { external_id: string; platform?: string | undefined },
    options?: CallOptions,
  ): Promise<Page<FoundImage>> {
    return this.#get(`v1/images${queryString(filter)}`, "items", options);
  }

  async health(options?: CallOptions): Promise<Health> {
    return this.#get("healthz", "status", options);
  }

  /** Closes idle connections. */
  close(): void {
    this.#caller.close();
  }

  #reference(artifact: string) {
    return parseReference(artifact, this.#namespace);
  }

  #path(artifact: string): string {
    const { namespace, artifact: name } = this.#reference(artifact);
    return `v1/artifacts/${namespace}/${name}`;
  }

  #versionPath(artifact: string, version: VersionReference): string {
    return `${this.#path(artifact)}/versions/${encodeURIComponent(version)}`;
  }

  #get<T>(path: string, expects: string, options?: CallOptions): Promise<T> {
    return this.#send("GET", path, undefined, expects, options);
  }

  async #send<T>(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    expects: string,
    options?: CallOptions,
  ): Promise<T> {
    const answer = await this.#caller.call({ method, path, body, expects }, options);
    return answer.body as T;
  }
}

type Values = Record<string, string | number | undefined>;

function queryString(values: Values, pairs: (readonly [string, string])[] = []): string {
  const given = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const text = new URLSearchParams([...given, ...pairs.map(([key, value]) => [key, value])]).toString();
  return text && `?${text}`;
}
