import type { BuildReport, Image, LocalFile } from "@waybill/registry-client";
import type { Facts } from "../builders/facts.ts";
import { mapArtifact } from "../builders/mapping.ts";
import { describeFiles } from "../files/describe.ts";
import type { PublishRequest, ResolvedVersion } from "../messages.ts";
import type { PostProcessorOptions } from "../options.ts";

// What a registry takes; facts come from builders, and one that is too long must not cost the whole record.
const LONGEST_VALUE = 4096;
const LONGEST_KEY = 128;
const MOST_ENTRIES = 256;

/**
 * Makes the report of a build from what Packer, its builder and the template say. The template wins.
 *
 * @param tell what is missing or odd, and what takes long
 * @returns the report, and where the files are that must be uploaded before it
 * @throws {NothingToReport} when there is neither an image nor a file
 */
export async function makeReport(
  { roll_call, run }: PublishRequest,
  facts: Facts,
  options: PostProcessorOptions,
  tell: { warn(sentence: string): void; progress(sentence: string): void },
): Promise<{ report: BuildReport; uploads: LocalFile[] }> {
  const { warn } = tell;
  const mapped = mapArtifact(facts);
  const known = dropUnknown(options, warn);
  if (!mapped.known) {
    warn(
      `the builder ${facts.builderId || "(no id)"} is not known; its artifact is recorded as it describes itself. ` +
        `Set artifact_type and images to say it better`,
    );
  }
  const images = known.images.length > 0 ? known.images.map(declared) : mapped.images;
  const { files, uploads } = await describeFiles(facts.files, options, tell);
  if (images.length + files.length === 0) throw new NothingToReport();
  const parents = findParents(images, roll_call.resolved);
  for (const { artifact, number, warnings } of parents) {
    for (const warning of warnings) warn(`this was built from version ${number} of ${artifact}: ${warning}`);
  }
  const report = {
    artifact_type: options.artifact_type ?? mapped.artifactType,
    metadata: { ...mapped.metadata, ...known.metadata },
    labels: known.labels,
    images: images.map(bounded),
    files,
    parents: parents.map(({ artifact, number }) => ({ artifact, version: number })),
    provenance: provenanceOf(facts, run),
    started_at: run.started_at,
    ended_at: run.ended_at,
  };
  return { report, uploads };
}

/** The builder names nothing that was made, and the template does not either. */
export class NothingToReport extends Error {
  constructor() {
    super(
      'the builder names neither an image nor a file; declare what it makes with the option "images" or "files"',
    );
    this.name = "NothingToReport";
  }
}

/**
 * Of the versions that the run's data sources read, those that a build was made from: one of their images is its
 * source. When the builder does not say what its source was, all of them.
 */
export function findParents(images: Image[], resolved: ResolvedVersion[]): ResolvedVersion[] {
  const sources = new Set(images.flatMap(({ source_image_id }) => source_image_id ?? []));
  return resolved.filter(
    ({ external_ids }) => sources.size === 0 || external_ids.some((id) => sources.has(id)),
  );
}

/** Packer leaves a mark where the template uses a variable of the build that this builder does not set. */
function dropUnknown(options: PostProcessorOptions, warn: (sentence: string) => void) {
  function isKnown(where: string, texts: (string | undefined)[]): boolean {
    const known = !texts.some((text) => text?.includes("<unknown>"));
    if (!known) warn(`${where} was left out: it uses a variable of the build that this builder does not set`);
    return known;
  }
  const entries = (name: "metadata" | "labels") =>
    Object.entries(options[name]).filter(([key, value]) => isKnown(`${name}.${key}`, [value]));
  return {
    metadata: Object.fromEntries(entries("metadata")),
    labels: Object.fromEntries(entries("labels")),
    images: options.images.filter((image, index) => isKnown(`images[${index}]`, Object.values(image))),
  };
}

type DeclaredImage = PostProcessorOptions["images"][number];

function declared({ source_image_id, ...rest }: DeclaredImage): Image {
  return { ...rest, ...(source_image_id && { source_image_id }) };
}

function bounded(image: Image): Image {
  if (!image.labels) return image;
  const entries = Object.entries(image.labels).filter(([key]) => key !== "" && key.length <= LONGEST_KEY);
  const cut = entries.slice(0, MOST_ENTRIES).map(([key, value]) => [key, value.slice(0, LONGEST_VALUE)]);
  return { ...image, labels: Object.fromEntries(cut) };
}

/** The shim let pass only what may be known of generated_data. */
function provenanceOf(facts: Facts, run: PublishRequest["run"]): NonNullable<BuildReport["provenance"]> {
  const { ID: _id, PackerRunUUID: _uuid, ...generated } = facts.generated;
  const scalars = Object.entries(generated).flatMap(([key, value]) => {
    if (typeof value === "string") return [[key, value.slice(0, LONGEST_VALUE)]];
    return typeof value === "number" || typeof value === "boolean" ? [[key, value]] : [];
  });
  return {
    packer_version: run.packer_version,
    plugin_version: run.plugin_version,
    packer_run_uuid: run.uuid,
    builder_type: run.builder_type,
    builder_id: facts.builderId,
    ...Object.fromEntries(scalars),
  };
}
