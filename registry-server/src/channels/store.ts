import type { Insertable, Selectable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { writeJson } from "../database/json.ts";
import type { Tables } from "../database/schema.ts";
import type { VersionRow } from "../versions/store.ts";
import type { ChannelRules } from "./schema.ts";

type Assigned = Selectable<Tables["channel_assignments"]>;

/** A channel with the version it points at and the assignment that made it. */
export type ChannelRow = Selectable<Tables["channels"]> & {
  number: number | null;
  semver: string | null;
  fingerprint: string | null;
  assigned_at: string | null;
  actor: string | null;
  reason: string | null;
};

function selectChannels(db: Reader) {
  return db
    .selectFrom("channels")
    .leftJoin("versions", "versions.id", "channels.version_id")
    .leftJoin("channel_assignments as assigned", "assigned.id", "channels.assignment_id")
    .selectAll("channels")
    .select(["versions.number", "versions.semver", "versions.fingerprint"])
    .select(["assigned.at as assigned_at", "assigned.actor", "assigned.reason"]);
}

export async function findChannel(
  db: Reader,
  artifactId: number,
  name: string,
): Promise<ChannelRow | undefined> {
  return selectChannels(db)
    .where("channels.artifact_id", "=", artifactId)
    .where("channels.name", "=", name)
    .executeTakeFirst();
}

/** Channels of an artifact, by name. */
export async function listChannels(
  db: Reader,
  artifactId: number,
  after: string,
  limit: number,
): Promise<ChannelRow[]> {
  return selectChannels(db)
    .where("channels.artifact_id", "=", artifactId)
    .where("channels.name", ">", after)
    .orderBy("channels.name")
    .limit(limit)
    .execute();
}

export type PointingChannel = ChannelRow & { path: string };

/** Channels of any artifact that point at one of the versions. */
export async function listPointingAt(db: Reader, versionIds: number[]): Promise<PointingChannel[]> {
  if (versionIds.length === 0) return [];
  return selectChannels(db)
    .innerJoin("artifacts", "artifacts.id", "channels.artifact_id")
    .select("artifacts.path")
    .where("channels.version_id", "in", versionIds)
    .orderBy("artifacts.path")
    .orderBy("channels.name")
    .execute();
}

/** The names of the channels of an artifact, for a message: the first fifty of all, or of those that point somewhere. */
export async function listNames(
  db: Reader,
  artifactId: number,
  which: "all" | "pointing" = "all",
): Promise<string[]> {
  const all = db.selectFrom("channels").select("name").where("artifact_id", "=", artifactId);
  const asked = which === "all" ? all : all.where("version_id", "is not", null);
  const rows = await asked.orderBy("name").limit(50).execute();
  return rows.map((row) => row.name);
}

/** Name and rules of all channels of an artifact. */
export async function listRules(
  db: Reader,
  artifactId: number,
): Promise<{ name: string; rules: ChannelRules }[]> {
  return db.selectFrom("channels").select(["name", "rules"]).where("artifact_id", "=", artifactId).execute();
}

export async function insertChannel(
  tx: Writer,
  channel: { artifact_id: number; name: string; description: string | null; rules: ChannelRules },
  now: string,
): Promise<void> {
  const columns = { ...channel, rules: writeJson(channel.rules), created_at: now, updated_at: now };
  await tx.insertInto("channels").values(columns).execute();
}

export type ChannelUpdate = {
  description?: string | null;
  rules?: ChannelRules;
  version_id?: number | null;
  assignment_id?: number;
};

/** Changes a channel; every change is a new revision. */
export async function updateChannel(
  tx: Writer,
  id: number,
  { rules, ...columns }: ChannelUpdate,
  now: string,
): Promise<void> {
  await tx
    .updateTable("channels")
    .set((eb) => ({
      ...columns,
      ...(rules && { rules: writeJson(rules) }),
      updated_at: now,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
}

/** Deletes a channel with its history. */
export async function deleteChannel(tx: Writer, id: number): Promise<void> {
  await tx.deleteFrom("channel_assignments").where("channel_id", "=", id).execute();
  await tx.deleteFrom("channels").where("id", "=", id).execute();
}

/** Deletes all channels of an artifact with their history. */
export async function deleteChannelsOf(tx: Writer, artifactId: number): Promise<void> {
  await tx
    .deleteFrom("channel_assignments")
    .where("channel_id", "in", (eb) =>
      eb.selectFrom("channels").select("channels.id").where("artifact_id", "=", artifactId),
    )
    .execute();
  await tx.deleteFrom("channels").where("artifact_id", "=", artifactId).execute();
}

export async function insertAssignment(
  tx: Writer,
  assignment: Insertable<Tables["channel_assignments"]>,
): Promise<number> {
  const row = await tx
    .insertInto("channel_assignments")
    .values(assignment)
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

export type AssignmentRow = Assigned & { number: number | null; semver: string | null };

/** The assignments of a channel, newest first. */
export async function listAssignments(
  db: Reader,
  channelId: number,
  before: number | undefined,
  limit: number,
): Promise<AssignmentRow[]> {
  let query = db
    .selectFrom("channel_assignments")
    .leftJoin("versions", "versions.id", "channel_assignments.version_id")
    .selectAll("channel_assignments")
    .select(["versions.number", "versions.semver"])
    .where("channel_id", "=", channelId);
  if (before !== undefined) query = query.where("channel_assignments.id", "<", before);
  return query.orderBy("channel_assignments.id", "desc").limit(limit).execute();
}

/** The assignment that first put a version on a channel; nothing when it never was there. */
export async function findFirstAssignment(
  db: Reader,
  channelId: number,
  versionId: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom("channel_assignments")
    .select("id")
    .where("channel_id", "=", channelId)
    .where("version_id", "=", versionId)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** Complete versions that were assigned before an assignment, newest assignment first; one may come repeatedly. */
export async function listAssignedBefore(
  db: Reader,
  channelId: number,
  before: number,
  limit: number,
): Promise<(VersionRow & { assignment: number })[]> {
  return (
    db
      .selectFrom("channel_assignments")
      .innerJoin("versions", "versions.id", "channel_assignments.version_id")
      .selectAll("versions")
      .select("channel_assignments.id as assignment")
      .where("channel_id", "=", channelId)
      .where("channel_assignments.id", "<", before)
      // Once assigned, it is complete or deleted; asked for complete ones, SQLite would begin with an index of these.
      .where("versions.state", "!=", "deleted")
      .orderBy("channel_assignments.id", "desc")
      .limit(limit)
      .execute()
  );
}

/** What rules look at: the artifact types and the regions of a version. */
export async function loadTraits(
  db: Reader,
  versionId: number,
): Promise<{ types: Set<string>; regions: Set<string> }> {
  const builds = await db
    .selectFrom("builds")
    .select("artifact_type")
    .where("version_id", "=", versionId)
    .execute();
  const images = await db
    .selectFrom("builds")
    .innerJoin("images", "images.build_id", "builds.id")
    .select("region")
    .distinct()
    .where("builds.version_id", "=", versionId)
    .execute();
  return {
    types: new Set(builds.map((build) => build.artifact_type)),
    regions: new Set(images.map((image) => image.region)),
  };
}

export type CompletionRow = VersionRow & { completed_by: string | null; event_id: number | null };

/** Versions that may be `latest` with who completed them, newest first. */
export async function listLatestHistory(
  db: Reader,
  artifactId: number,
  before: number | undefined,
  limit: number,
): Promise<CompletionRow[]> {
  let query = db
    .selectFrom("versions")
    .leftJoin("events", (join) =>
      join.onRef("events.version_id", "=", "versions.id").on("events.action", "=", "version.completed"),
    )
    .selectAll("versions")
    .select(["events.actor as completed_by", "events.id as event_id"])
    .where("versions.artifact_id", "=", artifactId)
    .where("versions.latest_number", "is not", null);
  if (before !== undefined) query = query.where("versions.latest_number", "<", before);
  return query.orderBy("versions.latest_number", "desc").limit(limit).execute();
}
