import { sql } from "kysely";
import type { Reader } from "../database/database.ts";

/** Few enough values that a statement may have them. */
const mostValues = 1_000;

export type Direction = "up" | "down";

/**
 * Walks the ancestry of a version, level by level.
 *
 * @param direction to its ancestors, or to its descendants
 * @returns each version that was met, with its smallest distance; the one it starts from has 0
 */
export async function walk(db: Reader, from: number, direction: Direction): Promise<Map<number, number>> {
  const depths = new Map([[from, 0]]);
  let level = [from];
  for (let depth = 1; level.length > 0; depth++) {
    const next = new Set<number>();
    for (const id of await neighbours(db, level, direction)) if (!depths.has(id)) next.add(id);
    for (const id of next) depths.set(id, depth);
    level = [...next];
  }
  return depths;
}

async function neighbours(db: Reader, ids: number[], direction: Direction): Promise<number[]> {
  const [known, wanted] =
    direction === "down"
      ? (["parent_version_id", "child_version_id"] as const)
      : (["child_version_id", "parent_version_id"] as const);
  const found: number[] = [];
  for (let start = 0; start < ids.length; start += mostValues) {
    const rows = await db
      .selectFrom("ancestry")
      .select(`${wanted} as id`)
      .distinct()
      .where(known, "in", ids.slice(start, start + mostValues))
      .execute();
    for (const row of rows) found.push(row.id);
  }
  return found;
}

export type RevokedAncestor = { seed: number; path: string; number: number | null };

/**
 * The ancestors of versions that are revoked at a moment.
 *
 * @param seeds few enough for one statement: one version, or those of a page
 */
export async function listRevokedAncestors(
  db: Reader,
  seeds: number[],
  now: string,
): Promise<RevokedAncestor[]> {
  if (seeds.length === 0) return [];
  return db
    .withRecursive("up(seed, id)", (cte) =>
      cte
        .selectFrom("ancestry")
        .select(["child_version_id as seed", "parent_version_id as id"])
        .where("child_version_id", "in", seeds)
        .union(
          cte
            .selectFrom("up")
            .innerJoin("ancestry", "ancestry.child_version_id", "up.id")
            .select(["up.seed", "ancestry.parent_version_id as id"]),
        ),
    )
    .selectFrom("up")
    .innerJoin("versions", "versions.id", "up.id")
    .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
    .select(["up.seed", "artifacts.path", "versions.number"])
    .where("versions.revoked_from", "is not", null)
    .where("versions.revoked_from", "<=", now)
    .where(sql<boolean>`up.id <> up.seed`)
    .orderBy("artifacts.path")
    .orderBy("versions.number")
    .execute();
}
