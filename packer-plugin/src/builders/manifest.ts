import { type Facts, isAddress } from "./facts.ts";
import { builders, type Mapped, mapArtifact } from "./mapping.ts";

/** What Packer's manifest post-processor writes of an artifact: less than the artifact itself tells. */
export type ManifestArtifact = { builder_type: string; artifact_id: string; files: string[] };

/**
 * Maps what stands in a manifest as {@link mapArtifact} would have mapped the artifact.
 *
 * @returns undefined for a source that makes nothing
 */
export function mapManifestArtifact(made: ManifestArtifact): Mapped | undefined {
  const builderId = builderIdOf(made);
  if (builders[builderId]?.makes_nothing) return undefined;
  const { builder_type: builderType, artifact_id: id, files } = made;
  const facts: Facts = {
    builderId,
    builderType,
    id,
    files,
    text: "",
    state: {},
    generated: {},
    registryImages: [],
  };
  return mapArtifact(facts);
}

/** A manifest has the type of the source, and what a post-processor made of its artifact only shows in id and files. */
function builderIdOf({ builder_type, artifact_id, files }: ManifestArtifact): string {
  const ofSource = Object.entries(builders).filter(([, { sources }]) => sources?.includes(builder_type));
  if (!builder_type.startsWith("amazon-") && /^[a-z0-9-]+:ami-[0-9a-z]+(,|$)/.test(artifact_id)) {
    return "packer.post-processor.amazon-import";
  }
  if (files.length > 0 && files.every(isAddress)) return "packer.post-processor.googlecompute-export";
  if (builder_type !== "vagrant" && files.length === 1 && files[0]?.endsWith(".box")) {
    return "mitchellh.post-processor.vagrant";
  }
  // Where one source makes images or files, its id of files is a word and no image.
  const byFiles = ofSource.find(([, { family }]) => (family === "files") === files.length > 0);
  return (byFiles ?? ofSource[0])?.[0] ?? "";
}
