/**
 * What is left of a version after the filters of a query.
 *
 * - `type` and `build` choose builds; `platform` and `region` choose images.
 * - `labels` are looked for in what an image inherits: the version's labels, its build's over them, its own over both.
 * - A build stays while one of its images stays. When no filter is about images it stays without any, so that builds
 *   that made only files can be found.
 * - Files belong to their build and stay with it.
 */
import type { Build } from "../builds/schema.ts";
import type { Warning } from "../http/schema.ts";
import type { Version } from "../versions/schema.ts";
import type { Resolved, Selection } from "./schema.ts";

type TextMap = Record<string, string>;
export type Filters = Pick<Selection, "type" | "platform" | "region" | "build" | "labels">;

type Match = { build: Build; images: Build["images"]; labels: TextMap };

/** The builds that match, each with the images that do. */
export function matchBuilds(version: Version, filters: Filters): Match[] {
  const matches: Match[] = [];
  for (const build of version.builds) {
    if (filters.type !== undefined && build.artifact_type !== filters.type) continue;
    if (filters.build !== undefined && build.name !== filters.build) continue;
    const labels = { ...version.labels, ...build.labels };
    const images = build.images.filter(
      (image) =>
        (filters.platform === undefined || image.platform === filters.platform) &&
        (filters.region === undefined || image.region === filters.region) &&
        hasLabels({ ...labels, ...image.labels }, filters.labels),
    );
    const isAboutImages = filters.platform !== undefined || filters.region !== undefined;
    if (images.length > 0 || (!isAboutImages && hasLabels(labels, filters.labels))) {
      matches.push({ build, images, labels });
    }
  }
  return matches;
}

function hasLabels(labels: TextMap, wanted: TextMap | undefined): boolean {
  return wanted === undefined || Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

type Matched = Pick<
  Resolved,
  "images" | "files" | "builds" | "metadata" | "metadata_full" | "labels" | "warnings"
>;

/** Puts together what the matching builds say. */
export function combine(matches: Match[]): Matched {
  const images = matches.flatMap(({ build, images }) =>
    images.map((image) => ({ ...image, build: build.name, artifact_type: build.artifact_type })),
  );
  const { full, warnings } = fullMetadata(matches);
  return {
    images,
    files: matches.flatMap(({ build }) => build.files.map((file) => ({ ...file, build: build.name }))),
    builds: matches.map(({ build }) => ({
      name: build.name,
      artifact_type: build.artifact_type,
      metadata: build.metadata,
      labels: build.labels,
    })),
    metadata: agreement(matches.map(({ build }) => build.metadata)),
    metadata_full: full,
    labels: agreement(matches.map(({ labels }) => labels)),
    warnings,
  };
}

/** The entries that all maps have with the same value. */
function agreement(maps: TextMap[]): TextMap {
  const [first = {}, ...others] = maps;
  const common = Object.entries(first).filter(([key, value]) =>
    others.every((other) => other[key] === value),
  );
  return Object.fromEntries(common);
}

/**
 * Atlas's map: all metadata, and `region-us-east-1 = ami-...` for each image. A key that would need two values is
 * left out, with a warning that names the filter to add.
 */
function fullMetadata(matches: Match[]): { full: TextMap; warnings: Warning[] } {
  const values = new Map<string, Set<string>>();
  const filterFor = new Map<string, string>();
  const add = (key: string, value: string, filter: string): void => {
    values.set(key, (values.get(key) ?? new Set()).add(value));
    filterFor.set(key, filter);
  };
  const types = new Set(matches.map(({ build }) => build.artifact_type));
  const byBuild = types.size > 1 ? '"type" or "build"' : '"build"';
  for (const { build, images } of matches) {
    for (const [key, value] of Object.entries(build.metadata)) add(key, value, byBuild);
    for (const { region, external_id } of images) {
      if (region !== "")
        add(`region-${region}`, external_id, matches.length > 1 ? byBuild : '"platform" or "labels"');
    }
  }
  const full: [string, string][] = [];
  const warnings: Warning[] = [];
  for (const [key, [first = "", ...others]] of values) {
    if (others.length === 0) full.push([key, first]);
    else {
      const message = `metadata_full leaves out "${key}", which has ${others.length + 1} values; add the filter ${filterFor.get(key)} to get one.`;
      warnings.push({ code: "metadata_conflict", message });
    }
  }
  return { full: Object.fromEntries(full), warnings };
}

/** What a version has to choose from, for the answer to a query that matched nothing. */
export function available(version: Version) {
  const images = version.builds.flatMap((build) => build.images);
  const unique = (values: string[]): string[] => [...new Set(values)].sort();
  return {
    types: unique(version.builds.map((build) => build.artifact_type)),
    platforms: unique(images.map((image) => image.platform)),
    regions: unique(images.map((image) => image.region)),
    builds: unique(version.builds.map((build) => build.name)),
  };
}
