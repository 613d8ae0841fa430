import { sql } from "kysely";
import type { Reader } from "../database/database.ts";
import type { StoredState } from "../database/schema.ts";
import type { VersionRow } from "../versions/store.ts";

/** A version that was built from another. */
export type Child = { parent_id: number; path: string; number: number | null; state: StoredState };

/** For each parent one child that stays whatever happens in this artifact: of another artifact, or not complete yet. */
export async function findChildrenThatStay(
  db: Reader,
  artifactId: number,
  parentIds: number[],
): Promise<Child[]> {
  return db
    .selectFrom("versions as parents_in_question")
    .innerJoin("versions as child", (join) =>
      join.on("child.id", "=", (eb) =>
        eb
          .selectFrom("ancestry")
          .innerJoin("versions as candidate", "candidate.id", "ancestry.child_version_id")
          .select("candidate.id")
          .whereRef("ancestry.parent_version_id", "=", "parents_in_question.id")
          .where("candidate.state", "in", ["complete", "incomplete"])
          .where((is) =>
            is.or([is("candidate.artifact_id", "!=", artifactId), is("candidate.state", "=", "incomplete")]),
          )
          .limit(1),
      ),
    )
    .innerJoin("artifacts", "artifacts.id", "child.artifact_id")
    .select(["parents_in_question.id as parent_id", "artifacts.path", "child.number", "child.state"])
    .where("parents_in_question.id", "in", parentIds)
    .execute();
}

/** Children below which the search goes on: complete ones of this artifact, and deleted ones that have children. */
export async function findChildren(
  db: Reader,
  artifactId: number,
  parentIds: number[],
  limit: number,
): Promise<{ parent_id: number; id: number }[]> {
  return db
    .selectFrom("ancestry")
    .innerJoin("versions", "versions.id", "ancestry.child_version_id")
    .select(["ancestry.parent_version_id as parent_id", "versions.id"])
    .distinct()
    .where("ancestry.parent_version_id", "in", parentIds)
    .where((eb) =>
      eb.or([
        eb.and([eb("versions.artifact_id", "=", artifactId), eb("versions.state", "=", "complete")]),
        eb.and([
          eb("versions.state", "=", "deleted"),
          eb.exists(
            eb
              .selectFrom("ancestry as below")
              .select(sql`1`.as("one"))
              .whereRef("below.parent_version_id", "=", "versions.id"),
          ),
        ]),
      ]),
    )
    .limit(limit)
    .execute();
}

export async function getVersions(db: Reader, ids: number[]): Promise<VersionRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom("versions").selectAll().where("id", "in", ids).execute();
}
