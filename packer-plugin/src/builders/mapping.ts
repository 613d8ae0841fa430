import type { Image } from "@waybill/registry-client";
import table from "../../shim/postprocessor/builders.json" with { type: "json" };
import { type Facts, isAddress, textOf } from "./facts.ts";
import { type Family, families, providerOf } from "./families.ts";

/** What a build made, as far as its builder tells. */
export type Mapped = {
  artifactType: string;
  images: Image[];
  /** Paths on this host. */
  files: string[];
  metadata: Record<string, string>;
  /** What the builder tells beside that, for the provenance. */
  facts: Record<string, string | number | boolean>;
  /** Whether the builder is in the table. */
  known: boolean;
};

/** One builder, or post-processor between the builder and us, by the id that its artifacts have. */
export type Row = {
  family: string;
  /** Of sources this artifact can come from: types of sources as templates name them. */
  sources?: string[];
  /** None where the source decides, as an archive of whatever it was. */
  artifact_type?: string;
  /** Names of state values to ask for. */
  state?: string[];
  /** Whether what the artifact says of itself in words is read. */
  text?: boolean;
  /** Whether it makes neither image nor file. */
  makes_nothing?: boolean;
};
export const builders: Record<string, Row> = table.builders;

/** Maps the artifact of any builder to an artifact type, images and files. */
export function mapArtifact(facts: Facts): Mapped {
  const row = Object.hasOwn(builders, facts.builderId) ? builders[facts.builderId] : undefined;
  const family = row && row.family in families ? (row.family as Family) : "unknown";
  return {
    artifactType: row?.artifact_type ?? typeOfSource(facts.builderType) ?? "custom.image",
    images: distinct(families[family](facts)),
    files: facts.files.filter((file) => file !== "" && !isAddress(file)),
    metadata: family === "vagrant" ? providerOf(facts) : {},
    facts: scalars({ ...facts.state, ...facts.generated }),
    known: row !== undefined,
  };
}

/** For artifacts that passed through a post-processor which says nothing about their origin. */
function typeOfSource(source: string): string | undefined {
  return Object.values(builders).find(({ sources }) => sources?.includes(source))?.artifact_type;
}

function scalars({ ID: _id, PackerRunUUID: _uuid, ...values }: Record<string, unknown>): Mapped["facts"] {
  const kept = Object.entries(values).flatMap(([key, value]) => {
    const known = typeof value === "number" || typeof value === "boolean" ? value : textOf(values, key);
    return known === undefined ? [] : [[key, known]];
  });
  return Object.fromEntries(kept);
}

/** The registry refuses an image that is there twice, or has no id. */
function distinct(images: Image[]): Image[] {
  const named = images.filter(({ external_id }) => external_id !== "");
  const byKey = new Map(named.map((made) => [`${made.platform} ${made.region} ${made.external_id}`, made]));
  return [...byKey.values()];
}
