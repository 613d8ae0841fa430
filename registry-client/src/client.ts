import { Namespaces, Tokens, Trust } from "./access.ts";
import { Caller, type CallOptions, type ClientOptions } from "./caller.ts";
import { Channels } from "./channels.ts";
import { Documents } from "./documents.ts";
import { Events } from "./events.ts";
import { Files } from "./files.ts";
import { Lineage } from "./lineage.ts";
import { Logs } from "./logs.ts";
import type { Problem } from "./problem.ts";
import { Revocations } from "./revocations.ts";
import { labelPairs, type Paging, queryString, Routes, type VersionReference } from "./routes.ts";
import type { Settings } from "./settings.ts";
import type {
  Artifact,
  Build,
  BuildFailure,
  BuildReport,
  Consumer,
  Diff,
  FailedBuild,
  FoundImage,
  Health,
  Labels,
  Page,
  Publish,
  Resolved,
  ResolveQuery,
  Retention,
  RetentionResult,
  SearchFilter,
  Version,
  VersionState,
  VersionSummary,
} from "./types.ts";
import { Webhooks } from "./webhooks.ts";

export type ResolveResult = { resolved: Resolved } | { problem: Problem };

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
  readonly channels: Channels;
  readonly revocations: Revocations;
  readonly lineage: Lineage;
  readonly documents: Documents;
  readonly files: Files;
  readonly logs: Logs;
  readonly tokens: Tokens;
  readonly namespaces: Namespaces;
  readonly trust: Trust;
  readonly events: Events;
  readonly webhooks: Webhooks;
  readonly #caller: Caller;
  readonly #routes: Routes;

  constructor(settings: Settings, options: ClientOptions) {
    this.address = settings.address.href;
    this.#caller = new Caller(settings, options);
    this.#routes = new Routes(this.#caller, settings.namespace);
    this.channels = new Channels(this.#routes);
    this.tokens = new Tokens(this.#routes);
    this.namespaces = new Namespaces(this.#routes);
    this.trust = new Trust(this.#routes);
    this.revocations = new Revocations(this.#routes);
    this.lineage = new Lineage(this.#routes);
    this.documents = new Documents(this.#routes);
    this.logs = new Logs(this.#routes);
    this.events = new Events(this.#routes);
    this.webhooks = new Webhooks(this.#routes);
    this.files = new Files(this.#routes);
  }

  async resolve(query: ResolveQuery, options?: CallOptions): Promise<Resolved> {
    const { artifact, labels, ...rest } = query;
    const text = queryString(rest, labelPairs("labels", labels));
    return this.#routes.get(`${this.#routes.artifact(artifact)}/resolve${text}`, "artifact", options);
  }

  /** Resolves many in as few requests as the registry allows; one failing item fails only itself. In order. */
  async resolveMany(queries: ResolveQuery[], options?: CallOptions): Promise<ResolveResult[]> {
    const whole = queries.map((query) => ({
      ...query,
      artifact: this.#routes.reference(query.artifact).toString(),
    }));
    const requests: Promise<{ results: ResolveResult[] }>[] = [];
    for (let start = 0; start < whole.length; start += MOST_QUERIES) {
      const body = { queries: whole.slice(start, start + MOST_QUERIES) };
      requests.push(this.#routes.send("POST", "v1/resolve", { body }, "results", options));
    }
    return (await Promise.all(requests)).flatMap(({ results }) => results);
  }

  /** Publishes all builds of a version at once, or opens one for the builds it expects. */
  async publish(
    artifact: string,
    body: Publish,
    options?: CallOptions,
  ): Promise<{ version: Version; created: boolean }> {
    const path = `${this.#routes.artifact(artifact)}/versions`;
    const answer = await this.#routes.call({ method: "POST", path, body, expects: "fingerprint" }, options);
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
    const path = this.#routes.build(artifact, `fingerprint:${fingerprint}`, build);
    return this.#routes.send("PUT", path, { body }, "version", options);
  }

  /** Records that a build which an open version expects has failed. */
  async failBuild(
    artifact: string,
    fingerprint: string,
    build: string,
    body: BuildFailure,
    options?: CallOptions,
  ): Promise<FailedBuild> {
    const path = `${this.#routes.build(artifact, `fingerprint:${fingerprint}`, build)}/failure`;
    return this.#routes.send("PUT", path, { body }, "error", options);
  }

  async getVersion(artifact: string, version: VersionReference, options?: CallOptions): Promise<Version> {
    return this.#routes.get(this.#routes.version(artifact, version), "fingerprint", options);
  }

  async listVersions(
    artifact: string,
    filter: Paging & { state?: VersionState | undefined } = {},
    options?: CallOptions,
  ): Promise<Page<VersionSummary>> {
    return this.#routes.get(
      `${this.#routes.artifact(artifact)}/versions${queryString(filter)}`,
      "items",
      options,
    );
  }

  /** Changes the description and the labels of a version; what is not given stays. */
  async changeVersion(
    artifact: string,
    version: VersionReference,
    body: { description?: string | null; labels?: Labels },
    options?: CallOptions,
  ): Promise<Version> {
    return this.#routes.send(
      "PATCH",
      this.#routes.version(artifact, version),
      { body },
      "fingerprint",
      options,
    );
  }

  /** Completes a version by hand, dropping the builds that are missing. */
  async completeVersion(
    artifact: string,
    version: VersionReference,
    reason: string,
    options?: CallOptions,
  ): Promise<Version> {
    const path = `${this.#routes.version(artifact, version)}/complete`;
    return this.#routes.send("POST", path, { body: { reason } }, "fingerprint", options);
  }

  /** Gives an incomplete version up, so that its fingerprint is free. For a complete one see `deleteVersion`. */
  async abandonVersion(
    artifact: string,
    version: VersionReference,
    reason?: string,
    options?: CallOptions,
  ): Promise<Version> {
    const path = `${this.#routes.version(artifact, version)}${queryString({ reason })}`;
    return this.#routes.send("DELETE", path, {}, "fingerprint", options);
  }

  /** Deletes a complete version; its number is not given again. */
  async deleteVersion(artifact: string, version: VersionReference, options?: CallOptions): Promise<void> {
    await this.#routes.tell("DELETE", this.#routes.version(artifact, version), options);
  }

  async getArtifact(artifact: string, options?: CallOptions): Promise<Artifact> {
    return this.#routes.get(this.#routes.artifact(artifact), "artifact", options);
  }

  async listArtifacts(
    filter: Paging & { namespace?: string | undefined; q?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<Page<Artifact>> {
    return this.#routes.get(`v1/artifacts${queryString(filter)}`, "items", options);
  }

  /** Creates an artifact, or changes its description and labels. */
  async putArtifact(
    artifact: string,
    body: { description?: string | null; labels?: Labels; retention?: Retention | null },
    options?: CallOptions,
  ): Promise<Artifact> {
    return this.#routes.send("PUT", this.#routes.artifact(artifact), { body }, "artifact", options);
  }

  /** Deletes an artifact; publishing it again continues its numbers. */
  async deleteArtifact(artifact: string, options?: CallOptions): Promise<void> {
    await this.#routes.tell("DELETE", this.#routes.artifact(artifact), options);
  }

  /** "What is ami-123?" */
  async findImages(
    filter: Paging & { external_id: string; platform?: string | undefined },
    options?: CallOptions,
  ): Promise<Page<FoundImage>> {
    return this.#routes.get(`v1/images${queryString(filter)}`, "items", options);
  }

  /** Versions of all artifacts that fit, the newest first. */
  async search(filter: SearchFilter, options?: CallOptions): Promise<Page<VersionSummary>> {
    const { labels, ...rest } = filter;
    return this.#routes.get(`v1/search${queryString(rest, labelPairs("label", labels))}`, "items", options);
  }

  /** Who resolved what, and when last: of one version, of an artifact, or what one consumer reads. */
  async listConsumers(
    of:
      | (Paging & { artifact: string; version?: VersionReference | undefined })
      | (Paging & { consumer: string }),
    options?: CallOptions,
  ): Promise<Page<Consumer>> {
    const { limit, cursor } = of;
    if ("consumer" in of) {
      const text = queryString({ consumer: of.consumer, limit, cursor });
      return this.#routes.get(`v1/consumers${text}`, "items", options);
    }
    const { artifact, version } = of;
    const path =
      version === undefined ? this.#routes.artifact(artifact) : this.#routes.version(artifact, version);
    return this.#routes.get(`${path}/consumers${queryString({ limit, cursor })}`, "items", options);
  }

  /** What differs between two versions. */
  async diff(
    artifact: string,
    from: VersionReference,
    to: VersionReference,
    options?: CallOptions,
  ): Promise<Diff> {
    return this.#routes.get(
      `${this.#routes.artifact(artifact)}/diff${queryString({ from, to })}`,
      "equal",
      options,
    );
  }

  /** Which versions stay and which go, each with its reasons. Deletes only with `dry_run: false`. */
  async retain(
    artifact: string,
    body: Paging & { dry_run?: boolean; keep?: number; days?: number } = {},
    options?: CallOptions,
  ): Promise<RetentionResult> {
    const path = `${this.#routes.artifact(artifact)}/retention`;
    return this.#routes.send("POST", path, { body }, "versions", options);
  }

  async health(options?: CallOptions): Promise<Health> {
    return this.#routes.get("healthz", "status", options);
  }

  /** Closes idle connections. */
  close(): void {
    this.#caller.close();
  }
}
