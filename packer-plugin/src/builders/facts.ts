import type { Image } from "@waybill/registry-client";
import * as z from "zod";
import type { PackerArtifact } from "../messages.ts";

/** An artifact of Packer, its JSON parts parsed. */
export type Facts = {
  builderId: string;
  /** The type of the source, such as `amazon-ebs`. */
  builderType: string;
  id: string;
  files: string[];
  /** What the artifact says of itself in words; empty where the table does not ask for it. */
  text: string;
  state: Record<string, unknown>;
  generated: Record<string, unknown>;
  /** What the builder tells a registry about its images; empty when it tells nothing usable. */
  registryImages: RegistryImage[];
};

export type RegistryImage = {
  id: string;
  provider: string;
  region: string;
  source: string | undefined;
  labels: Record<string, string>;
};

/** What builders put where they know nothing: `ERR_SOURCE_IMAGE_DIGEST_NOT_FOUND`. */
const NOT_FOUND = /^ERR_[A-Z0-9_]+_NOT_FOUND$/;

const label = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const registryImage = z
  .object({
    ImageID: z.string().min(1),
    ProviderName: z.string().min(1),
    ProviderRegion: z.string().default(""),
    SourceImageID: z.string().default(""),
    Labels: z.record(z.string(), label).nullish(),
  })
  .transform((image) => ({
    id: image.ImageID,
    provider: image.ProviderName,
    region: image.ProviderRegion,
    source: found(image.SourceImageID) || undefined,
    labels: Object.fromEntries(Object.entries(image.Labels ?? {}).filter(([, value]) => found(value))),
  }));
const object = z.record(z.string(), z.unknown());

/** Parses what the shim read. Registry images that cannot be used are left out: every mapping has a fallback. */
export function readFacts(artifact: PackerArtifact, builderType: string): Facts {
  const told: unknown = JSON.parse(artifact.registry_image || "null");
  const candidates = Array.isArray(told) ? told : [told];
  return {
    builderId: artifact.builder_id,
    builderType,
    id: artifact.id,
    files: artifact.files,
    text: artifact.text,
    state: object.parse(JSON.parse(artifact.state || "{}")),
    generated: object.parse(JSON.parse(artifact.generated_data || "{}")),
    registryImages: candidates.flatMap((candidate) => registryImage.safeParse(candidate).data ?? []),
  };
}

/** A text out of a map of unknown values; undefined when there is none. */
export function textOf(values: Record<string, unknown>, key: string): string | undefined {
  const value = values[key];
  return typeof value === "string" ? found(value) : undefined;
}

function found(text: string): string | undefined {
  return text === "" || NOT_FOUND.test(text) ? undefined : text;
}

/** Whether what a builder calls a file is none of this host: `gs://bucket/web.tar.gz`. */
export function isAddress(file: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(file);
}

/** Makes an image as the registry takes it. */
export function image(
  platform: string,
  region: string,
  externalId: string,
  more: { source?: string | undefined; labels?: Record<string, string> } = {},
): Image {
  const { source, labels = {} } = more;
  return {
    platform,
    region,
    external_id: externalId,
    ...(source && { source_image_id: source }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

/** Registry images as they are, under the names of the builder. */
export function asTold({ registryImages }: Facts): Image[] {
  return registryImages.map(({ provider, region, id, source, labels }) =>
    image(provider, region, id, { source, labels }),
  );
}
