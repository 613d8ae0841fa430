import { mapManifestArtifact } from "@waybill/packer-plugin/builders/manifest";
import type { Mapped } from "@waybill/packer-plugin/builders/mapping";
import type { Image, Provenance, Publish } from "@waybill/registry-client";
import type { Local } from "../local-files.ts";
import type { ManifestFiles } from "./files.ts";
import { type Broken, buildOf, type Entry } from "./manifest.ts";

type NamedReport = NonNullable<Publish["builds"]>[number];

/** One run of Packer as a version of one artifact. */
export type Imported = {
  artifact: string;
  fingerprint: string;
  builds: NamedReport[];
  locals: Local[];
};

/**
 * Makes versions of the entries of a manifest: each run one, in the order of the manifest.
 *
 * @param artifacts to which artifact each entry belongs
 * @param provenanceOf what is recorded of where a build comes from
 * @param tell what of an entry cannot be recorded though it is not broken
 */
export async function versionsOf(
  artifacts: Map<Entry, string>,
  files: ManifestFiles,
  provenanceOf: (entry: Entry) => Provenance,
  tell: (left: Broken) => void,
): Promise<Imported[]> {
  const versions = new Map<string, Imported>();
  for (const [entry, artifact] of artifacts) {
    const names = entry.files?.map(({ name }) => name) ?? [];
    const mapped = mapManifestArtifact({ ...entry, files: names });
    const build = `${buildOf(entry)} of ${entry.packer_run_uuid}`;
    const { locals, gone } = await files.of(entry, mapped?.files ?? []);
    if (gone.length > 0) tell({ entry: build, reason: `${gone.join(", ")}; a manifest has no checksums` });
    if (!mapped || mapped.images.length + locals.length === 0) {
      if (gone.length === 0) tell({ entry: build, reason: whyNothing(entry, mapped) });
      continue;
    }
    const key = `${artifact} ${entry.packer_run_uuid}`;
    const version = versions.get(key) ?? {
      artifact,
      fingerprint: entry.packer_run_uuid,
      builds: [],
      locals: [],
    };
    versions.set(key, version);
    add(version, reportOf(entry, mapped, locals, provenanceOf(entry)), locals);
  }
  return [...versions.values()];
}

function whyNothing({ artifact_id }: Entry, mapped: Mapped | undefined): string {
  if (!mapped || artifact_id === "") return "it made neither an image nor a file";
  return `no image can be read from its id ${JSON.stringify(artifact_id)}, and it has no files`;
}

function reportOf(entry: Entry, mapped: Mapped, locals: Local[], provenance: Provenance): NamedReport {
  const custom = Object.entries(entry.custom_data ?? {}).map(([key, value]) => [key, String(value)]);
  return {
    name: buildOf(entry),
    artifact_type: mapped.artifactType,
    metadata: { ...mapped.metadata, ...Object.fromEntries(custom) },
    images: mapped.images,
    files: locals.map(({ file }) => file),
    provenance,
    ...(entry.build_time !== undefined && { ended_at: new Date(entry.build_time * 1000).toISOString() }),
  };
}

/** A template may have several manifests of one build, as before and after compressing: they are one report. */
function add(version: Imported, report: NamedReport, locals: Local[]): void {
  const same = version.builds.find(({ name }) => name === report.name);
  if (same) {
    const { images = [], files = [], ...later } = report;
    Object.assign(same, {
      ...later,
      metadata: { ...same.metadata, ...report.metadata },
      images: distinct([...(same.images ?? []), ...images], imageKey),
      files: distinct([...(same.files ?? []), ...files], ({ path }) => path),
    });
  } else version.builds.push(report);
  version.locals = distinct([...version.locals, ...locals], ({ source }) => source);
}

function imageKey({ platform, region, external_id }: Image): string {
  return JSON.stringify([platform, region, external_id]);
}

function distinct<T>(items: T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
