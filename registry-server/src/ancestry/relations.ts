import { type Selectable, sql } from "kysely";
import type { Reader } from "../database/database.ts";
import { isOneOf } from "../database/lists.ts";
import type { Tables } from "../database/schema.ts";

/** Few enough values for one statement, and for a plan that looks them up one by one. */
const idsPerQuery = 500;

/** A link as a walk finds it: from where it came, where it leads. */
export type Step = Omit<Selectable<Tables["ancestry"]>, "id" | "created_at"> & { from: number; to: number };

/**
 * The links that lead one step up or down from some versions, at most as many as asked for.
 *
 * @param from at most a thousand ids
 */
export async function listSteps(
  db: Reader,
  from: number[],
  direction: "up" | "down",
  most: number,
): Promise<Step[]> {
  const [here, there] =
    direction === "up"
      ? (["child_version_id", "parent_version_id"] as const)
      : (["parent_version_id", "child_version_id"] as const);
  const steps: Step[] = [];
  for (let start = 0; start < from.length && steps.length < most; start += idsPerQuery) {
    const rows = await db
      .selectFrom("ancestry")
      .select(["child_version_id", "parent_version_id", "build", "via", "channel"])
      .where(isOneOf(db, here, from.slice(start, start + idsPerQuery)))
      .limit(most - steps.length)
      .execute();
    for (const row of rows) {
      steps.push({ ...row, from: row[here], to: row[there] });
    }
  }
  return steps;
}

export type Relation = {
  id: number;
  artifact_id: number;
  path: string;
  number: number | null;
  semver: string | null;
  state: string;
  revoked_from: string | null;
};

/** Versions with the paths of their artifacts, by id. */
export async function loadRelations(db: Reader, ids: number[]): Promise<Map<number, Relation>> {
  const found = new Map<number, Relation>();
  for (let start = 0; start < ids.length; start += idsPerQuery) {
    const rows = await db
      .selectFrom("versions")
      .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
      .select(["versions.id", "versions.artifact_id", "artifacts.path", "versions.number"])
      .select(["versions.semver", "versions.state", "versions.revoked_from"])
      .where(isOneOf(db, "versions.id", ids.slice(start, start + idsPerQuery)))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

export type Pointers = { latest: number | null; newest: number | null };

/** Of some artifacts, what `latest` is and which is the newest complete version that is not revoked. */
export async function loadPointers(
  db: Reader,
  artifactIds: number[],
  now: string,
): Promise<Map<number, Pointers>> {
  const found = new Map<number, Pointers>();
  for (let start = 0; start < artifactIds.length; start += idsPerQuery) {
    const rows = await db
      .selectFrom("artifacts")
      .select(["artifacts.id"])
      .select((eb) => [
        eb
          .selectFrom("versions")
          .select("versions.latest_number")
          .whereRef("versions.artifact_id", "=", "artifacts.id")
          .where("versions.latest_number", "is not", null)
          .orderBy("versions.latest_number", "desc")
          .limit(1)
          .as("latest"),
        eb
          .selectFrom("versions")
          .select("versions.number")
          .whereRef("versions.artifact_id", "=", "artifacts.id")
          .where(sql<boolean>`versions.state = 'complete'`)
          .where((or) =>
            or.or([or("versions.revoked_from", "is", null), or("versions.revoked_from", ">", now)]),
          )
          .orderBy("versions.number", "desc")
          .limit(1)
          .as("newest"),
      ])
      .where("artifacts.id", "in", artifactIds.slice(start, start + idsPerQuery))
      .execute();
    for (const { id, latest, newest } of rows) found.set(id, { latest, newest });
  }
  return found;
}

/** The numbers that named channels of some artifacts point to, by `artifact id/channel`. */
export async function loadChannelNumbers(
  db: Reader,
  channels: { artifactId: number; name: string }[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let start = 0; start < channels.length; start += idsPerQuery) {
    const some = channels.slice(start, start + idsPerQuery);
    const rows = await db
      .selectFrom("channels")
      .innerJoin("versions", "versions.id", "channels.version_id")
      .select(["channels.artifact_id", "channels.name", "versions.number"])
      .where("channels.artifact_id", "in", [...new Set(some.map((channel) => channel.artifactId))])
      .where("channels.name", "in", [...new Set(some.map((channel) => channel.name))])
      .execute();
    for (const { artifact_id, name, number } of rows) {
      if (number !== null) found.set(`${artifact_id}/${name}`, number);
    }
  }
  return found;
}
