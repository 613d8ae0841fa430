import type { LocalFile, UploadOptions } from "./build-files.ts";
import type { Assigned } from "./channel-assigning.ts";
import type { RegistryClient } from "./client.ts";
import type { LocalDocument, Unattached } from "./document-files.ts";
import type { BuildReport, Publish, Version } from "./types.ts";

/** All that one build adds to the registry. */
export type Publication = {
  /** `namespace/artifact` */
  artifact: string;
  /** Opens the version ... */
  open: Publish;
  /** ... to which this build is then reported. */
  build: { name: string; report: BuildReport };
  /** Files of the report that the registry is to store, and where they lie. */
  uploads?: LocalFile[];
  /** What is attached to the build then, and where it lies. */
  documents?: LocalDocument[];
  /** What points to the version once it is complete. */
  channels?: string[];
};

/** What of a client publishes a build. */
export type Publisher = Pick<
  RegistryClient,
  "address" | "publish" | "reportBuild" | "getVersion" | "channels" | "documents" | "files"
>;

/** The version after that, with warnings of parents that are not there; `again`: it was complete before, with this build. `assigned` is empty while it waits for other builds. */
export type Published = {
  version: Version;
  again: boolean;
  assigned: Assigned[];
  /** Documents that the registry refused. */
  unattached: Unattached[];
};

/**
 * Opens the version of a build, uploads its files, reports it, attaches its documents and, when that completed the
 * version, assigns its channels. All of it can be repeated without harm.
 *
 * @param options `onReported` is told when the build is on record, whatever becomes of the rest
 * @throws {RegistryError}; the error of the file system when a file cannot be read
 */
export async function publishBuild(
  client: Publisher,
  { artifact, open, build, uploads = [], documents = [], channels = [] }: Publication,
  options: UploadOptions & { onReported?: () => void } = {},
): Promise<Published> {
  const { signal } = options;
  const { version: opened } = await client.publish(artifact, open, { signal });
  const { fingerprint } = opened;
  if (uploads.length > 0) {
    const { uploadFiles } = await import("./build-files.ts");
    await uploadFiles(client, artifact, build.report.files ?? [], uploads, options);
  }
  const { version } = await client.reportBuild(artifact, fingerprint, build.name, build.report, { signal });
  options.onReported?.();
  const again = opened.state === "complete" && opened.builds.some(({ name }) => name === build.name);
  const published: Published = { version, again, assigned: [], unattached: [] };
  const { parents = [] } = build.report;
  if (parents.length > 0) {
    const { warnOfMissing } = await import("./missing-parents.ts");
    published.version = await warnOfMissing(parents, client, version, { signal });
  }
  if (documents.length > 0) {
    const { attachDocuments } = await import("./document-files.ts");
    published.unattached = await attachDocuments(client, version, build.name, documents, { signal });
  }
  if (channels.length > 0 && version.state === "complete") {
    const { assignChannels } = await import("./channel-assigning.ts");
    published.assigned = await assignChannels(client, version, channels, again, { signal });
  }
  return published;
}
