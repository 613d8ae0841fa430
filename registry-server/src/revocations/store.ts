import { type Insertable, type Selectable, sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import type { StoredState, Tables } from "../database/schema.ts";
import type { VersionRow } from "../versions/store.ts";

export type RevocationRow = Selectable<Tables["revocations"]>;

/** Few enough values that a statement may have them (SQLite: 32,766), rows of ten columns included. */
const mostValues = 1_000;

/** Does work on a list in parts that fit a statement. */
async function inParts<T, R>(items: readonly T[], work: (part: T[]) => Promise<R[]>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += mostValues) {
    // One by one: a long list pushed as arguments would not fit the stack.
    for (const result of await work(items.slice(start, start + mostValues))) results.push(result);
  }
  return results;
}

export type CauseRow = RevocationRow & { path: string; number: number | null };

/** The causes of versions with the version that each comes from, the earliest first. */
export async function listCauses(db: Reader, versionIds: number[]): Promise<CauseRow[]> {
  return inParts(versionIds, (ids) =>
    db
      .selectFrom("revocations")
      .innerJoin("versions", "versions.id", "revocations.cause_version_id")
      .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
      .selectAll("revocations")
      .select(["artifacts.path", "versions.number"])
      .where("revocations.version_id", "in", ids)
      .orderBy("revocations.effective_at")
      .orderBy("revocations.id")
      .execute(),
  );
}

/** The cause that a version has from itself. */
export async function findOwnCause(db: Reader, versionId: number): Promise<RevocationRow | undefined> {
  return db
    .selectFrom("revocations")
    .selectAll()
    .where("version_id", "=", versionId)
    .where("cause_version_id", "=", versionId)
    .executeTakeFirst();
}

/** Causes that reach descendants, of some versions' own, each with the path of its artifact. */
export async function listSpreading(db: Reader, versionIds: number[]): Promise<CauseRow[]> {
  return (await listCauses(db, versionIds)).filter(
    (cause) => cause.spread === 1 && cause.cause_version_id === cause.version_id,
  );
}

/** The descendants that have a cause from a version, by id. */
export async function listHeirs(db: Reader, causeId: number): Promise<number[]> {
  const rows = await db
    .selectFrom("revocations")
    .select("version_id")
    .where("cause_version_id", "=", causeId)
    .where("version_id", "!=", causeId)
    .orderBy("version_id")
    .execute();
  return rows.map((row) => row.version_id);
}

/** Adds causes; those that a version has already stay as they are. Returns the versions that have a new one. */
export async function insertCauses(
  tx: Writer,
  causes: Insertable<Tables["revocations"]>[],
): Promise<Set<number>> {
  const rows = await inParts(causes, (part) =>
    tx
      .insertInto("revocations")
      .values(part)
      .onConflict((conflict) => conflict.columns(["version_id", "cause_version_id"]).doNothing())
      .returning("version_id")
      .execute(),
  );
  return new Set(rows.map((row) => row.version_id));
}

export type CauseUpdate = Pick<
  RevocationRow,
  "reason" | "effective_at" | "announced_at" | "event_id" | "actor"
> & {
  spread: number;
};

/** Changes a version's own cause and all that descendants have from it. */
export async function updateCauses(tx: Writer, causeId: number, columns: CauseUpdate): Promise<void> {
  await tx.updateTable("revocations").set(columns).where("cause_version_id", "=", causeId).execute();
}

/** Removes what a version causes: in its descendants, and in itself too unless only these are meant. */
export async function deleteCauses(
  tx: Writer,
  causeId: number,
  { onlyInherited }: { onlyInherited: boolean },
): Promise<void> {
  await tx
    .deleteFrom("revocations")
    .where("cause_version_id", "=", causeId)
    .$if(onlyInherited, (query) => query.where("version_id", "!=", causeId))
    .execute();
}

/** Writes the earliest moment of their causes into versions, after these have changed. */
export async function refreshRevokedFrom(tx: Writer, versionIds: number[], now: string): Promise<void> {
  await inParts(versionIds, async (ids) => {
    await tx
      .updateTable("versions")
      .set((eb) => ({
        revoked_from: eb
          .selectFrom("revocations")
          .select((inner) => inner.fn.min("effective_at").as("earliest"))
          .whereRef("revocations.version_id", "=", "versions.id"),
        updated_at: now,
        revision: eb("revision", "+", 1),
      }))
      .where("id", "in", ids)
      .execute();
    return [];
  });
}

/** Causes whose time has come and that no event tells of yet, the earliest first. */
export async function listDue(db: Reader, now: string, limit: number): Promise<{ id: number }[]> {
  return db
    .selectFrom("revocations")
    .select("id")
    .where(sql<boolean>`announced_at is null`)
    .where("effective_at", "<=", now)
    .orderBy("effective_at")
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** Takes a cause that is due, so that nobody else announces it; nothing when somebody has, or when it is gone. */
export async function takeDue(tx: Writer, id: number, now: string): Promise<RevocationRow | undefined> {
  return tx
    .updateTable("revocations")
    .set({ announced_at: now })
    .where("id", "=", id)
    .where("announced_at", "is", null)
    .where("effective_at", "<=", now)
    .returningAll()
    .executeTakeFirst();
}

/** A version of any artifact, as far as others are told of it. */
export type Described = {
  id: number;
  artifact_id: number;
  path: string;
  number: number | null;
  state: StoredState;
};

export async function describeVersions(db: Reader, versionIds: number[]): Promise<Described[]> {
  return inParts(versionIds, (ids) =>
    db
      .selectFrom("versions")
      .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
      .select(["versions.id", "versions.artifact_id", "artifacts.path", "versions.number", "versions.state"])
      .where("versions.id", "in", ids)
      .execute(),
  );
}

/** A version by its number even after it was deleted: what descendants have from it can still be taken back. */
export async function findNumbered(
  db: Reader,
  artifactId: number,
  number: number,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom("versions")
    .selectAll()
    .where("artifact_id", "=", artifactId)
    .where("number", "=", number)
    .executeTakeFirst();
}

/** Who resolved one of the versions, the latest first. */
export async function listConsumers(db: Reader, versionIds: number[], limit: number) {
  const rows = await inParts(versionIds, (ids) =>
    db
      .selectFrom("consumptions")
      .innerJoin("versions", "versions.id", "consumptions.version_id")
      .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
      .select(["artifacts.path as artifact", "versions.number", "consumer", "client"])
      .select(["first_at", "last_at", "count"])
      .where("consumptions.version_id", "in", ids)
      .orderBy("last_at", "desc")
      .limit(limit)
      .execute(),
  );
  return rows.sort((a, b) => (a.last_at < b.last_at ? 1 : -1)).slice(0, limit);
}

/** Paths and numbers of those that are `latest` now. */
export async function filterLatest(db: Reader, versions: Described[]): Promise<Described[]> {
  const newest = await inParts([...new Set(versions.map((version) => version.artifact_id))], (ids) =>
    db
      .selectFrom("versions")
      .select((eb) => ["artifact_id", eb.fn.max("latest_number").as("number")])
      .where("artifact_id", "in", ids)
      .where("latest_number", "is not", null)
      .groupBy("artifact_id")
      .execute(),
  );
  const numbers = new Map(newest.map((row) => [row.artifact_id, row.number]));
  return versions.filter((version) => numbers.get(version.artifact_id) === version.number);
}
