import type { ArtifactRow } from "../artifacts/store.ts";
import type { Reader } from "../database/database.ts";
import { findLatest, type VersionRow } from "../versions/store.ts";
import { daysBefore } from "./schedule.ts";
import type { RetentionPolicy } from "./schema.ts";
import {
  findLastReads,
  findLatestTypes,
  findOldestOfNewest,
  findPastPointers,
  findPointers,
} from "./store.ts";

/** Everything that a decision about versions of one artifact rests on and that is the same for all of them. */
export type Ground = {
  artifact: ArtifactRow;
  policy: RetentionPolicy;
  /** What happened before this moment keeps nothing. */
  since: string;
  /** The number from which on versions are among the newest that are kept. */
  newestFrom: number;
  latest: number | null;
};

/** Reads what all versions of an artifact are judged by. */
export async function readGround(
  db: Reader,
  artifact: ArtifactRow,
  policy: RetentionPolicy,
  now: string,
): Promise<Ground> {
  const latest = await findLatest(db, artifact.id);
  return {
    artifact,
    policy,
    since: daysBefore(now, policy.days),
    newestFrom: (await findOldestOfNewest(db, artifact.id, policy.keep)) ?? 0,
    latest: latest?.number ?? null,
  };
}

/**
 * Why versions stay that nothing was built from: for each its reasons, none when it needs no keeping. A fixed number
 * of look-ups for all of them together.
 */
export async function findOwnNeeds(
  db: Reader,
  ground: Ground,
  versions: VersionRow[],
): Promise<Map<number, string[]>> {
  const { artifact, policy, since } = ground;
  const needs = new Map(versions.map((version) => [version.id, needsByAge(ground, version)]));
  const ids = [...needs.keys()];
  if (ids.length === 0) return needs;
  for (const { version_id, artifact_type } of await findLatestTypes(db, artifact.id, ids)) {
    needs.get(version_id)?.push(`It is the "latest" of type "${artifact_type}".`);
  }
  for (const { version_id, name } of await findPointers(db, ids)) {
    needs.get(version_id ?? 0)?.push(`The channel "${name}" points at it.`);
  }
  for (const { version_id, name, until } of await findPastPointers(db, ids)) {
    if (until >= since) needs.get(version_id)?.push(`The channel "${name}" pointed at it until ${until}.`);
  }
  for (const { version_id, last_at } of await findLastReads(db, ids)) {
    if (last_at >= since)
      needs.get(version_id)?.push(`It was read at ${last_at}, within ${policy.days} days.`);
  }
  return needs;
}

function needsByAge({ policy, since, newestFrom, latest }: Ground, version: VersionRow): string[] {
  const needs: string[] = [];
  if (version.number !== null && version.number === latest) needs.push('It is "latest".');
  if ((version.number ?? 0) >= newestFrom) needs.push(`It is one of the newest ${policy.keep}.`);
  if ((version.completed_at ?? "") >= since) needs.push(`It was completed within ${policy.days} days.`);
  return needs;
}
