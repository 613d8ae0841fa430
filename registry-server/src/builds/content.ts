import { canonicalJson } from "../database/json.ts";
import type { BuildReport } from "./schema.ts";

type Content = Omit<BuildReport, "provenance" | "started_at" | "ended_at">;

/**
 * Whether a report says the same as a build that is stored. Where and when it was built makes no difference, so that
 * a retry from another machine is the same report; nor does the channel that a parent was found by.
 */
export function sameContent(build: Content, report: Content): boolean {
  return canonicalJson(contentOf(build)) === canonicalJson(contentOf(report));
}

function contentOf(report: Content) {
  const images = (report.images ?? []).map((image) => ({
    ...image,
    source_image_id: image.source_image_id ?? null,
    labels: image.labels ?? {},
  }));
  const files = (report.files ?? []).map(({ stored = true, ...file }) => ({ ...file, stored }));
  const parents = (report.parents ?? []).map(({ channel: _, ...parent }) => parent);
  return {
    artifact_type: report.artifact_type,
    metadata: report.metadata ?? {},
    labels: report.labels ?? {},
    images: sorted(images),
    files: sorted(files),
    parents: sorted(parents),
  };
}

/** Lists are compared as sets: builders list regions in no particular order. */
function sorted(items: object[]): string[] {
  return items.map(canonicalJson).sort();
}
