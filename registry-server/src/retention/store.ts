import { sql } from "kysely";
import type { ArtifactRow } from "../artifacts/store.ts";
import type { Reader, Writer } from "../database/database.ts";
import type { VersionRow } from "../versions/store.ts";

/** Written out, because SQLite uses a partial index only then. */
const isComplete = sql<boolean>`versions.state = 'complete'`;

/** Complete versions of an artifact below a number, newest first. */
export async function listComplete(
  db: Reader,
  artifactId: number,
  below: number | undefined,
  limit: number,
): Promise<VersionRow[]> {
  let query = db.selectFrom("versions").selectAll().where("artifact_id", "=", artifactId).where(isComplete);
  if (below !== undefined) query = query.where("number", "<", below);
  return query.orderBy("number", "desc").limit(limit).execute();
}

/** The number of the oldest of the newest so many complete versions; nothing when there are fewer. */
export async function findOldestOfNewest(
  db: Reader,
  artifactId: number,
  count: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom("versions")
    .select("number")
    .where("artifact_id", "=", artifactId)
    .where(isComplete)
    .orderBy("number", "desc")
    .offset(count - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.number ?? undefined;
}

/** The channels that point at versions now. */
export async function findPointers(
  db: Reader,
  versionIds: number[],
): Promise<{ version_id: number | null; name: string }[]> {
  return db
    .selectFrom("channels")
    .select(["version_id", "name"])
    .where("version_id", "in", versionIds)
    .orderBy("name")
    .execute();
}

/** Until when channels that point elsewhere now pointed at versions. */
export async function findPastPointers(
  db: Reader,
  versionIds: number[],
): Promise<{ version_id: number; name: string; until: string }[]> {
  // What matters is when the next assignment after the version's last one in the channel came.
  const last = db
    .selectFrom("channel_assignments")
    .select((eb) => ["version_id", "channel_id", eb.fn.max("id").as("id")])
    .where("version_id", "in", versionIds)
    .groupBy(["version_id", "channel_id"])
    .as("last");
  const rows = await db
    .selectFrom(last)
    .innerJoin("channels", "channels.id", "last.channel_id")
    .select(["last.version_id", "channels.name"])
    .select((eb) =>
      eb
        .selectFrom("channel_assignments as next")
        .select("next.at")
        .whereRef("next.channel_id", "=", "last.channel_id")
        .whereRef("next.id", ">", "last.id")
        .orderBy("next.id")
        .limit(1)
        .as("until"),
    )
    .orderBy("channels.name")
    .execute();
  return rows.flatMap(({ version_id, name, until }) =>
    version_id !== null && until !== null ? [{ version_id, name, until }] : [],
  );
}

/** When versions were last read. */
export async function findLastReads(
  db: Reader,
  versionIds: number[],
): Promise<{ version_id: number; last_at: string }[]> {
  return db
    .selectFrom("consumptions")
    .select((eb) => ["version_id", eb.fn.max("last_at").as("last_at")])
    .where("version_id", "in", versionIds)
    .groupBy("version_id")
    .execute();
}

/** The types of which versions have the newest build that may be `latest`. */
export async function findLatestTypes(
  db: Reader,
  artifactId: number,
  versionIds: number[],
): Promise<{ version_id: number; artifact_type: string }[]> {
  return db
    .selectFrom("builds")
    .select(["version_id", "artifact_type"])
    .distinct()
    .where("version_id", "in", versionIds)
    .where("latest_number", "is not", null)
    .where("latest_number", "=", (eb) =>
      eb
        .selectFrom("builds as newer")
        .select("newer.latest_number")
        .where("newer.artifact_id", "=", artifactId)
        .whereRef("newer.artifact_type", "=", "builds.artifact_type")
        .where("newer.latest_number", "is not", null)
        .orderBy("newer.latest_number", "desc")
        .limit(1),
    )
    .orderBy("artifact_type")
    .execute();
}

/** The artifact whose policy has been due the longest. */
export async function findDue(db: Reader, now: string): Promise<{ id: number } | undefined> {
  return db
    .selectFrom("artifacts")
    .select("id")
    .where("retention_due_at", "<=", now)
    .orderBy("retention_due_at")
    .limit(1)
    .executeTakeFirst();
}

/** Keeps how far the runs of a policy came; nothing that a client sees changes. */
export async function saveProgress(
  tx: Writer,
  artifact: ArtifactRow,
  progress: { retention_due_at: string; retention_position: number | null },
): Promise<void> {
  await tx.updateTable("artifacts").set(progress).where("id", "=", artifact.id).execute();
}

/** Forgets what versions were built from. */
export async function forgetParents(tx: Writer, versionIds: number[]): Promise<void> {
  await tx.deleteFrom("ancestry").where("child_version_id", "in", versionIds).execute();
}
