import type { Reader } from "../database/database.ts";
import {
  listSteps,
  loadChannelNumbers,
  loadPointers,
  loadRelations,
  type Relation,
  type Step,
} from "./relations.ts";

export type DatedStep = Step & {
  /** The number of the parent that the child would be built from today; nothing while that is this one. */
  newer: number | null;
};

const mostSiblings = 5_000;

/**
 * Tells which links are out of date: those whose channel points to another version of the parent's artifact now, or,
 * where no channel is known or it is gone, those to whose artifact a newer version was added that is complete and not
 * revoked.
 *
 * @param relations the parents of the links
 */
export async function dateSteps(
  db: Reader,
  steps: Step[],
  relations: Map<number, Relation>,
  now: string,
): Promise<DatedStep[]> {
  const parents = steps.map((step) => relations.get(step.parent_version_id));
  const artifactIds = [...new Set(parents.flatMap((parent) => parent?.artifact_id ?? []))];
  const named = steps.flatMap(({ channel }, index) => {
    const artifactId = parents[index]?.artifact_id;
    return channel && channel !== "latest" && artifactId !== undefined ? [{ artifactId, name: channel }] : [];
  });
  const pointers = await loadPointers(db, artifactIds, now);
  const channels = await loadChannelNumbers(db, named);
  const dated = steps.map((step, index) => {
    const parent = parents[index];
    const pointer = parent && pointers.get(parent.artifact_id);
    if (!parent || parent.number === null || !pointer) return { ...step, newer: null };
    const pointed =
      step.channel === "latest" ? pointer.latest : channels.get(`${parent.artifact_id}/${step.channel}`);
    if (pointed != null) return { ...step, newer: pointed === parent.number ? null : pointed };
    const isNewer = pointer.newest !== null && pointer.newest > parent.number;
    return { ...step, newer: isNewer ? pointer.newest : null };
  });
  return forgiveRepublished(db, dated, relations);
}

/**
 * An image that was published in several versions makes all of them parents of what was built from it. Only the
 * highest of an artifact can be out of date then.
 */
async function forgiveRepublished(
  db: Reader,
  steps: DatedStep[],
  relations: Map<number, Relation>,
): Promise<DatedStep[]> {
  const doubtful = steps.filter((step) => step.newer !== null && step.via === "source_image");
  if (doubtful.length === 0) return steps;
  const children = [...new Set(doubtful.map((step) => step.child_version_id))];
  const siblings = await listSteps(db, children, "up", mostSiblings);
  const unknown = siblings.map((step) => step.to).filter((id) => !relations.has(id));
  const all = new Map([...relations, ...(await loadRelations(db, [...new Set(unknown)]))]);
  const highest = new Map<string, number>();
  const keyOf = (step: Step) =>
    JSON.stringify([step.child_version_id, step.build, all.get(step.parent_version_id)?.artifact_id]);
  for (const step of [...siblings, ...doubtful]) {
    const number = all.get(step.parent_version_id)?.number ?? 0;
    highest.set(keyOf(step), Math.max(number, highest.get(keyOf(step)) ?? 0));
  }
  return steps.map((step) => {
    const number = all.get(step.parent_version_id)?.number ?? 0;
    const isHighest = step.via === "declared" || number === highest.get(keyOf(step));
    return isHighest ? step : { ...step, newer: null };
  });
}
