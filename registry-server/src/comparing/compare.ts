import type { Build, Image } from "../builds/schema.ts";
import { canonicalJson, readJson } from "../database/json.ts";
import type { VersionRow } from "../versions/store.ts";
import type { BuildChanges, Diff, MapChanges } from "./schema.ts";

/** A version with its builds. */
export type Compared = { row: VersionRow; builds: Build[] };

type TextMap = Record<string, string>;
type Changes<T> = { added: T[]; removed: T[]; changed: { before: T; after: T }[] };

/** What `to` has more, less and other than `from`; both are versions of the artifact at `path`. */
export function compareVersions(path: string, from: Compared, to: Compared): Diff {
  const labels = compareMaps(readJson(from.row.labels), readJson(to.row.labels));
  const builds = compareBuilds(from.builds, to.builds);
  return {
    artifact: path,
    from: viewSide(from.row),
    to: viewSide(to.row),
    equal: builds.length === 0 && !hasChanges(labels),
    labels,
    regions: compareRegions(from.builds, to.builds),
    builds,
  };
}

function viewSide({ number, fingerprint, semver, description, completed_at }: VersionRow): Diff["from"] {
  return { number, fingerprint, semver, description, completed_at };
}

function hasChanges({ added, removed, changed }: Changes<unknown> | MapChanges): boolean {
  return added.length + removed.length + changed.length > 0;
}

function compareMaps(before: TextMap, after: TextMap): MapChanges {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes: MapChanges = { added: [], removed: [], changed: [] };
  for (const key of keys) {
    const [old, value] = [before[key], after[key]];
    if (old === undefined && value !== undefined) changes.added.push({ key, value });
    else if (value === undefined && old !== undefined) changes.removed.push({ key, value: old });
    else if (old !== undefined && value !== undefined && old !== value)
      changes.changed.push({ key, before: old, after: value });
  }
  return changes;
}

function compareBuilds(before: Build[], after: Build[]): BuildChanges[] {
  const names = [...new Set([...before, ...after].map((build) => build.name))].sort();
  return names.flatMap((name) => {
    const has = (build: Build) => build.name === name;
    const changes = compareBuild(name, before.find(has), after.find(has));
    return changes ? [changes] : [];
  });
}

/** What differs between two builds of one name; nothing when they are the same. */
function compareBuild(name: string, before?: Build, after?: Build): BuildChanges | undefined {
  const parts = {
    images: compareLists(before?.images, after?.images, ({ platform, region }) => `${platform} ${region}`),
    metadata: compareMaps(before?.metadata ?? {}, after?.metadata ?? {}),
    labels: compareMaps(before?.labels ?? {}, after?.labels ?? {}),
    parents: compareLists(before?.parents, after?.parents, ({ artifact }) => artifact),
    files: compareLists(before?.files, after?.files, ({ path }) => path),
  };
  const artifact_type = { before: before?.artifact_type ?? null, after: after?.artifact_type ?? null };
  const same = artifact_type.before === artifact_type.after && !Object.values(parts).some(hasChanges);
  if (same) return undefined;
  const change = !before ? "added" : !after ? "removed" : "changed";
  return { name, change, artifact_type, ...parts };
}

/**
 * Compares two lists whose order means nothing. What is equal in both is the same thing; of what is left, two with one
 * key are the same thing changed when each list has only one of that key, and otherwise one is gone and others came.
 */
function compareLists<T extends object>(
  before: T[] = [],
  after: T[] = [],
  keyOf: (item: T) => string,
): Changes<T> {
  const [old, fresh] = [before, after].map(
    (items) => new Map(items.map((item) => [canonicalJson(item), item])),
  );
  const groups = Map.groupBy(
    [
      ...before.filter((item) => !fresh?.has(canonicalJson(item))).map((item) => ({ item, isNew: false })),
      ...after.filter((item) => !old?.has(canonicalJson(item))).map((item) => ({ item, isNew: true })),
    ],
    ({ item }) => keyOf(item),
  );
  const changes: Changes<T> = { added: [], removed: [], changed: [] };
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first, second] = group;
    if (group.length === 2 && first && second && !first.isNew && second.isNew) {
      changes.changed.push({ before: first.item, after: second.item });
      continue;
    }
    for (const { item, isNew } of group) (isNew ? changes.added : changes.removed).push(item);
  }
  return changes;
}

function compareRegions(before: Build[], after: Build[]): Diff["regions"] {
  const [old, now] = [regionsOf(before), regionsOf(after)];
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, place]) => place),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, place]) => place),
  };
}

function regionsOf(builds: Build[]): Map<string, Pick<Image, "platform" | "region">> {
  const places = builds
    .flatMap((build) => build.images)
    // On platforms without regions the text is empty, and there is no place to speak of.
    .filter(({ region }) => region !== "")
    .map(({ platform, region }): [string, Pick<Image, "platform" | "region">] => [
      `${platform} ${region}`,
      { platform, region },
    ]);
  return new Map(places.sort(([a], [b]) => (a < b ? -1 : 1)));
}
