/**
 * Which version was built from which, written down once in the transaction that completes a version.
 *
 * A link needs both versions to be complete, so whichever completes last makes it: the child finds its parents, and a
 * parent that is published after its child finds that child. A build that names its parents has exactly those; only
 * for one that names none the ids of its source images are looked up.
 */
import type { Build } from "../builds/schema.ts";
import type { Unit } from "../unit.ts";
import {
  type Child,
  childrenBySourceImage,
  childrenNaming,
  insertLinks,
  listAncestorIds,
  listDescendantIds,
  lockLinks,
  type NewLink,
  type Parent,
  parentNamed,
  parentsHolding,
} from "./store.ts";
import { isGloballyUnique } from "./unique-ids.ts";

export type Linked = { child_version_id: number; parent_version_id: number };

/**
 * Links a version that is complete now with its parents and its children. Call it last, as it makes those wait who
 * complete other versions.
 *
 * @returns the links that are new
 */
export async function linkVersion(
  unit: Unit,
  path: string,
  version: { id: number; number: number; fingerprint: string },
  builds: Build[],
): Promise<Linked[]> {
  const { tx, now } = unit;
  // Two versions that complete at the same time would not see each other, or could become parents of each other.
  await lockLinks(tx, builds.some(mayHaveParents));
  const parents = await findParents(unit, builds);
  const below = parents.length === 0 ? none : await listDescendantIds(tx, version.id);
  const upward = parents
    .filter((link) => link.parent_version_id !== version.id && !below.has(link.parent_version_id))
    .map((link) => ({ ...link, child_version_id: version.id }));
  const newUpward = await insertLinks(tx, upward, now);
  const children = await findChildren(unit, path, version, builds);
  const above = children.length === 0 ? none : await listAncestorIds(tx, version.id);
  const downward = children
    .filter((link) => link.child_version_id !== version.id && !above.has(link.child_version_id))
    .map((link) => ({ ...link, parent_version_id: version.id }));
  return [...newUpward, ...(await insertLinks(tx, downward, now))];
}

const none: ReadonlySet<number> = new Set();

/** Whether a build says what it was made from, so that there may be a link upwards. */
export function mayHaveParents({ parents, images }: Build): boolean {
  return parents.length > 0 || images.some((image) => image.source_image_id !== null);
}

type FoundParent = Omit<NewLink, "child_version_id">;

async function findParents({ tx }: Unit, builds: Build[]): Promise<FoundParent[]> {
  const known = new Map<string, Promise<number[]>>();
  const links: FoundParent[] = [];

  /** Builds of a version mostly have the same parents. */
  function once(key: string, find: () => Promise<number[]>): Promise<number[]> {
    const found = known.get(key) ?? find();
    known.set(key, found);
    return found;
  }

  for (const { name: build, parents, images } of builds) {
    for (const { channel, ...parent } of parents) {
      const ids = await once(JSON.stringify(parent), () => findNamed(tx, parent));
      const how = { build, via: "declared", channel: channel ?? null } as const;
      links.push(...ids.map((id) => ({ ...how, parent_version_id: id })));
    }
    if (parents.length > 0) continue;
    for (const { platform, source_image_id: source } of images) {
      if (source === null || !isGloballyUnique(platform, source)) continue;
      const ids = await once(JSON.stringify([platform, source]), () => parentsHolding(tx, platform, source));
      const how = { build, via: "source_image", channel: null } as const;
      links.push(...ids.map((id) => ({ ...how, parent_version_id: id })));
    }
  }
  return links;
}

async function findNamed(tx: Unit["tx"], parent: Parent): Promise<number[]> {
  const found = await parentNamed(tx, parent);
  return found === undefined ? [] : [found];
}

async function findChildren(
  { tx }: Unit,
  path: string,
  version: { number: number; fingerprint: string },
  builds: Build[],
): Promise<Child[]> {
  const named = await childrenNaming(tx, path, version);
  const images = builds.flatMap((build) => build.images);
  const ids = images.filter(({ platform, external_id }) => isGloballyUnique(platform, external_id));
  return [...named, ...(await childrenBySourceImage(tx, ids))];
}
