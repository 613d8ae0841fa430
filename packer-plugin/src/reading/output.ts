import type { Build, Resolved, Version } from "@waybill/registry-client";

type OfBuild = { build: string; artifact_type: string };

/** What a template sees of `waybill-artifact`: exactly the attributes of shim/datasource/output.go. */
export function artifactOutput(resolved: Resolved) {
  const { external_id, metadata, metadata_full, channel, images, files } = resolved;
  return {
    ...shared(resolved, channel),
    images: images.map((image) => imageOutput(image, image)),
    files: files.map((file) => fileOutput(file, file.build)),
    external_id,
    metadata,
    metadata_full,
  };
}

/** The same of `waybill-version`. */
export function versionOutput(version: Version, channel: string | null) {
  const { builds, revocation } = version;
  return {
    ...shared(version, channel),
    images: builds.flatMap(({ name: build, artifact_type, images }) =>
      images.map((image) => imageOutput(image, { build, artifact_type })),
    ),
    files: builds.flatMap(({ name, files }) => files.map((file) => fileOutput(file, name))),
    revoked: revocation?.revoked ?? false,
    revocation_reason: revocation?.reason ?? null,
    builds: builds.map(({ name, artifact_type, metadata, labels, provenance }) => ({
      name,
      artifact_type,
      packer_version: provenance.packer_version ?? null,
      commit: provenance.git?.commit ?? null,
      metadata,
      labels,
    })),
    parents: builds.flatMap(({ name, parents }) =>
      parents.map(({ artifact, version: number, channel = null }) => ({
        artifact,
        version: number === undefined ? null : String(number),
        channel,
        build: name,
      })),
    ),
  };
}

function shared(of: Resolved | Version, channel: string | null) {
  const { artifact, number, semver, fingerprint, description, created_at, completed_at, labels } = of;
  return {
    artifact,
    number,
    semver,
    fingerprint,
    description,
    channel,
    created_at,
    completed_at,
    labels,
  };
}

function imageOutput(image: Build["images"][number], { build, artifact_type }: OfBuild) {
  const { platform, region, external_id, source_image_id, labels } = image;
  return { platform, region, external_id, source_image_id, build, artifact_type, labels };
}

function fileOutput({ path, size, sha256 }: Build["files"][number], build: string) {
  return { path, size: String(size), sha256, build };
}
