import type { Image } from "@waybill/registry-client";
import builders from "../../shim/postprocessor/builders.json" with { type: "json" };
import type { Facts } from "./facts.ts";
import { type Family, families } from "./families.ts";

/** What a build made, as far as its builder tells. */
export type Mapped = {
  artifactType: string;
  images: Image[];
  metadata: Record<string, string>;
  /** Whether the builder is in the table. */
  known: boolean;
};

type Row = { family: string; artifact_type?: string };
const table: Record<string, Row> = builders;

/** For artifacts that passed through another post-processor, which says nothing about their origin. */
const typesOfSources: [prefix: string, artifactType: string][] = [
  ["amazon-", "amazon.ami"],
  ["docker", "docker.image"],
  ["digitalocean", "digitalocean.image"],
  ["openstack", "openstack.image"],
  ["azure-", "azure.image"],
  ["googlecompute", "googlecompute.image"],
  ["qemu", "qemu.image"],
  ["virtualbox-", "virtualbox.image"],
  ["vmware-", "vmware.image"],
  ["vagrant", "vagrant.box"],
  ["file", "file.image"],
  ["null", "null.image"],
];

/** Maps the artifact of any builder to an artifact type and images. */
export function mapArtifact(facts: Facts): Mapped {
  const row = table[facts.builderId];
  const family = row && row.family in families ? (row.family as Family) : "unknown";
  const bySource = typesOfSources.find(([prefix]) => facts.builderType.startsWith(prefix))?.[1];
  return {
    artifactType: row?.artifact_type ?? bySource ?? "custom.image",
    images: distinct(families[family](facts)),
    metadata: family === "vagrant" && facts.id ? { provider: facts.id } : {},
    known: row !== undefined,
  };
}

/** The registry refuses an image that is there twice, or has no id. */
function distinct(images: Image[]): Image[] {
  const named = images.filter(({ external_id }) => external_id !== "");
  const byKey = new Map(named.map((made) => [`${made.platform} ${made.region} ${made.external_id}`, made]));
  return [...byKey.values()];
}
