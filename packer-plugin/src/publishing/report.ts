import type { BuildReport, File_, Image, LocalFile } from "@waybill/registry-client";
import type { Facts } from "../builders/facts.ts";
import { type Mapped, mapArtifact } from "../builders/mapping.ts";
import { describeFiles } from "../files/describe.ts";
import type { PublishRequest } from "../messages.ts";
import type { PostProcessorOptions } from "../options.ts";
import { asParent, findParents } from "../reading/parents.ts";
import { boundedImages, boundedText, boundedTexts } from "./bounded.ts";
import type { Origin } from "./origin.ts";
import { declaredParents } from "./parents.ts";

/**
 * Makes the report of a build from what Packer, its builder and the template say. The template wins.
 *
 * @param tell what is missing or odd, and what takes long
 * @param origin what git and the CI job say
 * @returns the report, and where the files are that must be uploaded before it
 * @throws {NothingToReport} when there is neither an image nor a file
 */
export async function makeReport(
  { roll_call, run }: PublishRequest,
  facts: Facts,
  options: PostProcessorOptions,
  tell: { warn(sentence: string): void; progress(sentence: string): void },
  origin: Promise<Origin> = Promise.resolve({}),
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
  const images = known.images.length > 0 ? known.images.map(declared) : boundedImages(mapped.images, warn);
  const { files, uploads } = await describeFiles(mapped.files, options, tell);
  if (images.length + files.length === 0) throw new NothingToReport();
  const parents = known.parents ? [] : findParents(images, roll_call.resolved);
  for (const { artifact, number, warnings } of parents) {
    for (const warning of warnings) warn(`this was built from version ${number} of ${artifact}: ${warning}`);
  }
  const artifactType = options.artifact_type ?? mapped.artifactType;
  const report = {
    artifact_type: artifactType,
    metadata: { ...boundedTexts(mapped.metadata), ...boxChecksum(artifactType, files), ...known.metadata },
    labels: known.labels,
    images,
    files,
    parents: known.parents ? declaredParents(known.parents, roll_call.artifact) : parents.map(asParent),
    provenance: { ...provenanceOf(facts.builderId, mapped.facts, run), ...(await origin) },
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
    parents: options.parents?.filter((parent, index) => isKnown(`parents[${index}]`, Object.values(parent))),
  };
}

type DeclaredImage = PostProcessorOptions["images"][number];

function declared({ source_image_id, ...rest }: DeclaredImage): Image {
  return { ...rest, ...(source_image_id && { source_image_id }) };
}

/** What a catalogue of Vagrant boxes says of one. */
function boxChecksum(artifactType: string, files: File_[]): Record<string, string> {
  const [box, another] = files.filter(({ path }) => path.endsWith(".box"));
  if (artifactType !== "vagrant.box" || !box || another) return {};
  return { checksum_type: "sha256", checksum: box.sha256 };
}

/** The shim let pass only what may be known of generated_data. */
function provenanceOf(
  builderId: string,
  facts: Mapped["facts"],
  run: PublishRequest["run"],
): NonNullable<BuildReport["provenance"]> {
  const bounded = Object.entries(facts).map(([key, value]) => [
    key,
    typeof value === "string" ? boundedText(value) : value,
  ]);
  return {
    packer_version: run.packer_version,
    plugin_version: run.plugin_version,
    packer_run_uuid: run.uuid,
    builder_type: run.builder_type,
    builder_id: boundedText(builderId),
    ...Object.fromEntries(bounded),
  };
}
