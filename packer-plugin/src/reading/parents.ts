import type { Image, Parent } from "@waybill/registry-client";
import type { ResolvedVersion } from "../messages.ts";

/**
 * Of the versions that the run's data sources read, those that a build was made from: one of their images is its
 * source. When the builder does not say what its source was, all of them. A version that was read several times, as
 * for each region, is one parent.
 */
export function findParents(images: Image[], resolved: ResolvedVersion[]): ResolvedVersion[] {
  const sources = images
    .flatMap(({ source_image_id, labels }) => [source_image_id, labels?.SourceImageDigest])
    .filter((source) => typeof source === "string" && source !== "");
  return distinct(resolved).filter(
    ({ external_ids }) =>
      sources.length === 0 || external_ids.some((id) => sources.some((source) => names(source ?? "", id))),
  );
}

/** As a report names it; the channel is what tells later whether it is out of date. */
export function asParent({ artifact, number, channel }: ResolvedVersion): Parent {
  return { artifact, version: number, ...(channel && { channel }) };
}

/** Builders tell images of Google and Azure by name, and containers by digest alone. */
function names(source: string, externalId: string): boolean {
  const digest = source.slice(source.lastIndexOf("@") + 1);
  return (
    source === externalId ||
    externalId.endsWith(`/${source}`) ||
    (digest.startsWith("sha256:") && externalId.endsWith(`@${digest}`))
  );
}

function distinct(resolved: ResolvedVersion[]): ResolvedVersion[] {
  const byVersion = Map.groupBy(resolved, ({ artifact, number }) => `${artifact} ${number}`);
  return [...byVersion.values()].flatMap((reads) => {
    const [first] = reads;
    if (!first) return [];
    // Of several channels that point to it, one that somebody chose says more than the newest.
    const channels = new Set(reads.map(({ channel }) => channel).sort());
    const channel = [...channels].find((name) => name !== "" && name !== "latest");
    return {
      ...first,
      external_ids: reads.flatMap(({ external_ids }) => external_ids),
      warnings: [...new Set(reads.flatMap(({ warnings }) => warnings))],
      channel: channel ?? (channels.has("latest") ? "latest" : ""),
    };
  });
}
