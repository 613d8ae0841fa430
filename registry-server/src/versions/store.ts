import { type Selectable, sql, type Updateable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { insertMany } from "../database/insert-many.ts";
import { rowsOf } from "../database/lists.ts";
import { prepared } from "../database/prepared.ts";
import type { OpenedWith, StoredLatest, StoredState, Tables } from "../database/schema.ts";
import { releaseFiles } from "../files/store.ts";
import type { Warning } from "../http/schema.ts";
import { removeLogs, removeLogsOf } from "../logs/store.ts";
import { removeSearchTerms, removeSearchTermsOf } from "../search/terms.ts";

export type VersionRow = Selectable<Tables["versions"]>;

/** How a path names a version. */
export type VersionSelector = { number?: number; fingerprint?: string };

/** The states in which a version holds its fingerprint; written out, because SQLite uses a partial index only then. */
const isLive = sql<boolean>`versions.state in ('incomplete', 'complete')`;

const liveByFingerprint = prepared((db, p: { artifactId: number; fingerprint: string }) =>
  db
    .selectFrom("versions")
    .selectAll()
    .where("artifact_id", "=", p.artifactId)
    .where("fingerprint", "=", p.fingerprint)
    .where(isLive),
);

/** The incomplete or complete version that holds a fingerprint. */
export async function findLiveVersion(
  db: Reader,
  artifactId: number,
  fingerprint: string,
): Promise<VersionRow | undefined> {
  const [row] = await liveByFingerprint(db, { artifactId, fingerprint });
  return row;
}

/** The version of a path: by fingerprint the one that holds it, or else the last one that did. */
export async function findVersion(
  db: Reader,
  artifactId: number,
  selector: VersionSelector,
): Promise<VersionRow | undefined> {
  const query = db
    .selectFrom("versions")
    .selectAll()
    .where("artifact_id", "=", artifactId)
    .where("state", "!=", "deleted");
  if (selector.number !== undefined) return query.where("number", "=", selector.number).executeTakeFirst();
  // A fingerprint is free again only when its version has ended, so the newest is the one that holds it.
  return query
    .where("fingerprint", "=", selector.fingerprint ?? "")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

export type NewVersion = {
  artifact_id: number;
  fingerprint: string;
  semver: string | null;
  description: string | null;
  labels: Record<string, string>;
  latest: StoredLatest;
  opened_with: OpenedWith;
  expected_builds: string[];
  /** What a version has that is complete at once. */
  completed?: Completed;
};

/** The columns that completing a version sets. */
export type Completed = {
  number: number;
  semver: string | null;
  semver_key: string | null;
  prerelease: number;
  latest: StoredLatest;
  latest_number: number | null;
  warnings: Warning[];
  built_at: string;
};

/** Adds versions of different artifacts, incomplete or complete at once; gives them in the same order. */
export async function insertVersions(tx: Writer, versions: NewVersion[], now: string): Promise<VersionRow[]> {
  const rows = versions.map(({ completed, ...version }) => ({
    number: null,
    semver_key: null,
    prerelease: 0,
    latest_number: null,
    warnings: [],
    built_at: null,
    ...version,
    ...completed,
    state: completed ? ("complete" as const) : ("incomplete" as const),
    active_at: now,
    created_at: now,
    updated_at: now,
    completed_at: completed ? now : null,
  }));
  const inserted = await insertMany<"versions", VersionRow>(tx, "versions", rows, "*");
  const byArtifact = new Map(inserted.map((row) => [row.artifact_id, row]));
  return versions.map(({ artifact_id }) => {
    const row = byArtifact.get(artifact_id);
    if (!row) throw new Error("a version that was inserted is not there");
    return row;
  });
}

/** Which of some artifacts have an incomplete or complete version that holds a fingerprint, each of its own. */
export async function listHolding(
  tx: Writer,
  asked: { artifact_id: number; fingerprint: string }[],
): Promise<Set<number>> {
  const table = rowsOf(tx, "asked", { artifact_id: "bigint", fingerprint: "text" }, asked);
  const { rows } = await sql<{ artifact_id: number }>`
    select versions.artifact_id from ${table} join versions
      on versions.artifact_id = asked.artifact_id and versions.fingerprint = asked.fingerprint and ${isLive}`.execute(
    tx,
  );
  return new Set(rows.map((row) => row.artifact_id));
}

export type VersionUpdate = Omit<Updateable<Tables["versions"]>, "id" | "revision" | "updated_at">;

/** Changes a version; every change is a new revision. */
export async function updateVersion(
  tx: Writer,
  id: number,
  columns: VersionUpdate,
  now: string,
): Promise<VersionRow> {
  return tx
    .updateTable("versions")
    .set((eb) => ({ ...columns, updated_at: now, revision: eb("revision", "+", 1) }))
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Starts the time to expiry anew; nothing that a client sees changes. */
export async function touchVersion(tx: Writer, id: number, now: string): Promise<void> {
  await tx.updateTable("versions").set({ active_at: now }).where("id", "=", id).execute();
}

/** The version that is `latest` now. */
export async function findLatest(db: Reader, artifactId: number): Promise<VersionRow | undefined> {
  return db
    .selectFrom("versions")
    .selectAll()
    .where("artifact_id", "=", artifactId)
    .where("latest_number", "is not", null)
    .orderBy("latest_number", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The complete version that carries a semantic version, found by its sort key. */
export async function findBySemverKey(
  db: Reader,
  artifactId: number,
  key: string,
  prerelease: boolean,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom("versions")
    .selectAll()
    .where("artifact_id", "=", artifactId)
    .where("prerelease", "=", Number(prerelease))
    .where("semver_key", "=", key)
    .executeTakeFirst();
}

/** Versions of an artifact, newest first: of one state, or all that are incomplete or complete. */
export async function listVersions(
  db: Reader,
  artifactId: number,
  state: StoredState | undefined,
  before: number | undefined,
  limit: number,
): Promise<VersionRow[]> {
  let query = db.selectFrom("versions").selectAll().where("artifact_id", "=", artifactId);
  query = state === undefined ? query.where(isLive) : query.where("state", "=", state);
  if (before !== undefined) query = query.where("id", "<", before);
  return query.orderBy("id", "desc").limit(limit).execute();
}

/** Incomplete versions of any artifact that nobody has touched since a moment, oldest first. */
export async function listIdle(
  db: Reader,
  since: string,
  limit: number,
): Promise<{ id: number; artifact_id: number }[]> {
  return db
    .selectFrom("versions")
    .select(["id", "artifact_id"])
    .where(sql<boolean>`state = 'incomplete'`)
    .where("active_at", "<=", since)
    .orderBy("active_at")
    .limit(limit)
    .execute();
}

const byId = prepared((db, p: { id: number }) =>
  db.selectFrom("versions").selectAll().where("id", "=", p.id),
);

export async function getVersionById(db: Reader, id: number): Promise<VersionRow> {
  const [row] = await byId(db, { id });
  if (!row) throw new Error(`version ${id} vanished, although versions never do`);
  return row;
}

const tombstone = { state: "deleted", semver_key: null, latest_number: null, description: null } as const;

/** Leaves a tombstone of a version: its number stays taken, its builds and logs are gone. */
export async function deleteVersion(tx: Writer, id: number, now: string): Promise<void> {
  await releaseFiles(tx, { version: id }, now);
  await tx.deleteFrom("builds").where("version_id", "=", id).execute();
  await removeLogs(tx, id);
  await removeSearchTerms(tx, id);
  await updateVersion(tx, id, tombstone, now);
}

/** Leaves tombstones of all versions of an artifact. */
export async function deleteVersionsOf(tx: Writer, artifactId: number, now: string): Promise<void> {
  await releaseFiles(tx, { artifact: artifactId }, now);
  await tx.deleteFrom("builds").where("artifact_id", "=", artifactId).execute();
  await removeLogsOf(tx, artifactId);
  await removeSearchTermsOf(tx, artifactId);
  await tx
    .updateTable("versions")
    .set((eb) => ({ ...tombstone, updated_at: now, revision: eb("revision", "+", 1) }))
    .where("artifact_id", "=", artifactId)
    .where("state", "!=", "deleted")
    .execute();
}
