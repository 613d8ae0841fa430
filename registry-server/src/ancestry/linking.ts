/**
 * Which version was built from which, written down once in the transaction that completes a version.
 *
 * A link needs both versions to be complete, so whichever completes last makes it: the child finds its parents, and a
 * parent that is published after its child finds that child. A build that names its parents has exactly those; only
 * for one that names none the ids of its source images are looked up.
 */
import type { Build } from "../builds/schema.ts";
import type { Writer } from "../database/database.ts";
import type { Unit } from "../unit.ts";
import {
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

/** A version that is complete now, with all its builds. */
export type Linkable = { path: string; id: number; number: number; fingerprint: string; builds: Build[] };

/**
 * Links versions that are complete now with their parents and their children. Call it last, as it makes those wait who
 * complete other versions.
 *
 * @returns the links of each that are new
 */
export async function linkVersions(
  { tx, now }: Pick<Unit, "tx" | "now">,
  versions: Linkable[],
): Promise<Linked[][]> {
  // Two versions that complete at the same time would not see each other, or could become parents of each other.
  await lockLinks(
    tx,
    versions.some(({ builds }) => builds.some(mayHaveParents)),
  );
  const links: Linked[][] = [];
  for (const { id, builds } of versions) {
    const parents = await findParents(tx, builds);
    const below = parents.length === 0 ? none : await listDescendantIds(tx, id);
    const upward = parents
      .filter((link) => link.parent_version_id !== id && !below.has(link.parent_version_id))
      .map((link) => ({ ...link, child_version_id: id }));
    links.push(await insertLinks(tx, upward, now));
  }
  const children = Map.groupBy(await findChildren(tx, versions), ({ at }) => at);
  for (const [at, found] of children) {
    const id = versions[at]?.id ?? 0;
    const above = await listAncestorIds(tx, id);
    const downward = found
      .filter((link) => link.child_version_id !== id && !above.has(link.child_version_id))
      .map(({ at: _, ...link }) => ({ ...link, parent_version_id: id }));
    links[at]?.push(...(await insertLinks(tx, downward, now)));
  }
  return links;
}

const none: ReadonlySet<number> = new Set();

/** Whether a build says what it was made from, so that there may be a link upwards. */
export function mayHaveParents({ parents, images }: Build): boolean {
  return parents.length > 0 || images.some((image) => image.source_image_id !== null);
}

type FoundParent = Omit<NewLink, "child_version_id">;

async function findParents(tx: Writer, builds: Build[]): Promise<FoundParent[]> {
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

async function findNamed(tx: Writer, parent: Parent): Promise<number[]> {
  const found = await parentNamed(tx, parent);
  return found === undefined ? [] : [found];
}

async function findChildren(tx: Writer, versions: Linkable[]) {
  const named = await childrenNaming(tx, versions);
  const images = versions.flatMap(({ builds }, at) =>
    builds.flatMap((build) => build.images.map((image) => ({ at, ...image }))),
  );
  const unique = images.filter(({ platform, external_id }) => isGloballyUnique(platform, external_id));
  return [...named, ...(await childrenBySourceImage(tx, unique))];
}
