import type { Image } from "@waybill/registry-client";
import { azure } from "./azure.ts";
import { asTold, type Facts, image, isAddress, textOf } from "./facts.ts";

/**
 * How the artifact of a family of builders becomes images. First what the builder tells registries, then what its id
 * says. `external_id` is always the text that the platform's own Terraform resource accepts.
 */
export const families = {
  /** `us-east-1:ami-1,us-west-2:ami-2`, also for volumes and snapshots. */
  amazon(facts: Facts): Image[] {
    if (facts.registryImages.length > 0) return asTold(facts);
    const source = textOf(facts.generated, "SourceAMI");
    const fromId = facts.id.split(",").flatMap((pair) => {
      const [, region, id] = /^([a-z0-9-]+):([a-z]+-[0-9a-z]+)$/.exec(pair.trim()) ?? [];
      return region && id ? [image("aws", region, id, { source })] : [];
    });
    return fromId.length > 0 ? fromId : fromAtlasMetadata(facts, source);
  },

  /** An image that was pushed is known by its digest everywhere, one that was not by its id on this host alone. */
  docker(facts: Facts): Image[] {
    const { registryImages, generated, state, id } = facts;
    const [told] = registryImages;
    const { ImageDigest, ...labels } = told?.labels ?? tagLabels(state.docker_tags);
    const digest = ImageDigest ?? textOf(generated, "Digest");
    const local = told?.id ?? textOf(generated, "ImageSha256") ?? id;
    const source = told?.source ?? textOf(generated, "SourceImageSha256");
    const externalId = (digest && repositoryDigest(digest, id)) || local;
    return externalId ? [image("docker", told?.region ?? "docker", externalId, { source, labels })] : [];
  },

  /** `nyc3,sfo3:12345`: the regions come first. */
  digitalocean(facts: Facts): Image[] {
    if (facts.registryImages.length > 0) return asTold(facts);
    const [, regions, id] = /^([^:]*):([^:]+)$/.exec(facts.id) ?? [];
    if (!id) return [];
    return (regions ?? "").split(",").map((region) => image("digitalocean", region, id));
  },

  /** The UUID of the image. */
  openstack(facts: Facts): Image[] {
    if (facts.registryImages.length > 0) return asTold(facts);
    return facts.id ? [image("openstack", textOf(facts.generated, "BuildRegion") ?? "", facts.id)] : [];
  },

  azure,

  /** Images are known by their self link; the name alone is not unique among projects. */
  googlecompute(facts: Facts): Image[] {
    const { registryImages, state, generated } = facts;
    const [told] = registryImages;
    const { self_link, ...labels } = told?.labels ?? {};
    const name = told?.id ?? textOf(state, "ImageName") ?? facts.id;
    const project = labels.project_id ?? textOf(state, "ProjectId");
    const externalId = self_link || (project && name ? `projects/${project}/global/images/${name}` : name);
    const source = told?.source ?? textOf(generated, "SourceImageName");
    const region = told?.region ?? textOf(state, "BuildZone") ?? "";
    return externalId ? [image("gce", region, externalId, { source, labels })] : [];
  },

  /** What was imported or exported, called files, is in the cloud: self links and `gs://` addresses. */
  addresses(facts: Facts): Image[] {
    return facts.files.filter(isAddress).map((address) => image("gce", "", address));
  },

  /** A file on this host is known by its path. */
  file(facts: Facts): Image[] {
    const source = facts.registryImages[0]?.source;
    const known = source?.startsWith("<") ? undefined : source;
    return facts.files.map((path) => image("file", "", path, { source: known }));
  },

  /** Makes nothing. That it ran is recorded only where the template asks for it, see `makes_nothing` in the table. */
  null(facts: Facts): Image[] {
    return [image("null", "", facts.id || "Null")];
  },

  /** What counts are the files. */
  files(): Image[] {
    return [];
  },

  /** A box that was uploaded has neither id nor files, but says `'virtualbox': hashicorp/web`. */
  vagrant(facts: Facts): Image[] {
    const { provider, box } = uploadedBox(facts);
    return box ? [image("vagrant", "", box, { labels: { provider } })] : [];
  },

  /** A builder this table does not have: what it tells registries, otherwise its id if it has one. */
  unknown(facts: Facts): Image[] {
    if (facts.registryImages.length > 0) return asTold(facts);
    return facts.id && facts.files.length === 0 ? [image(facts.builderType || "unknown", "", facts.id)] : [];
  },
} satisfies Record<string, (facts: Facts) => Image[]>;

export type Family = keyof typeof families;

/** Old versions of the Amazon plugin told Atlas `region.us-east-1 = ami-...`. */
function fromAtlasMetadata({ state }: Facts, source: string | undefined): Image[] {
  const told = state["atlas.artifact.metadata"];
  if (typeof told !== "object" || told === null) return [];
  return Object.entries(told).flatMap(([key, id]) =>
    key.startsWith("region.") && typeof id === "string" && id !== ""
      ? [image("aws", key.slice("region.".length), id, { source })]
      : [],
  );
}

function uploadedBox({ text }: Facts): { provider: string; box: string } {
  const [, provider = "", box = ""] = /^'([^']*)': (\S+)$/.exec(text) ?? [];
  return { provider, box };
}

/** What a box is for, as Vagrant calls it: `virtualbox`, `libvirt`. */
export function providerOf(facts: Facts): { provider?: string } {
  const provider = uploadedBox(facts).provider || facts.id;
  return provider ? { provider } : {};
}

function tagLabels(tags: unknown): Record<string, string> {
  return Array.isArray(tags) && tags.length > 0 ? { tags: tags.join(",") } : {};
}

/** `repository@sha256:...`; older Docker plugins tell the digest alone, and the id is then `repository:tag`. */
function repositoryDigest(digest: string, id: string): string | undefined {
  if (digest.includes("@")) return digest;
  const repository = id.replace(/:[^:/]+$/, "");
  return repository && !id.startsWith("sha256:") ? `${repository}@${digest}` : undefined;
}
