import table from "../../shim/postprocessor/builders.json" with { type: "json" };
import type { PackerArtifact } from "../messages.ts";
import { builders } from "./mapping.ts";

/**
 * An artifact as a builder, or a post-processor between it and us, hands it over. Tests map it, the pretend builders of
 * the end-to-end tests return it to a real Packer, and docs/builders.md is made of it.
 */
export type Example = {
  /** The type of the source, such as `amazon-ebs`. */
  source: string;
  builder: string;
  id?: string;
  files?: string[];
  text?: string;
  state?: Record<string, unknown>;
  generated?: Record<string, unknown>;
  /** What the builder tells registries of images, or that it crashes when it is asked. */
  told?: RegistryImage | RegistryImage[] | "crash";
  /** The post-processor that made it of what the source made. */
  through?: string;
};

export type RegistryImage = {
  ImageID: string;
  ProviderName: string;
  ProviderRegion: string;
  SourceImageID: string;
  Labels: Record<string, string> | null;
};

/** The artifact of an example as the shim sends it: no more than the table of builders asks for. */
export function artifactOf({
  builder,
  id = "",
  files = [],
  text = "",
  told,
  ...more
}: Example): PackerArtifact {
  const row = Object.hasOwn(builders, builder) ? builders[builder] : undefined;
  return {
    builder_id: builder,
    id,
    files,
    text: row?.text ? text : "",
    state: JSON.stringify(only(more.state, row?.state ?? [])),
    generated_data: JSON.stringify(only(more.generated, table.generated_data)),
    registry_image: JSON.stringify(told === "crash" ? null : (told ?? null)),
  };
}

function only(values: Record<string, unknown> = {}, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}
