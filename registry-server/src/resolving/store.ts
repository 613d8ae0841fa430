import { type Kysely, type SqlBool, sql } from "kysely";
import { findFirstAssignment } from "../channels/store.ts";
import type { Reader } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import type { StoredState, Tables } from "../database/schema.ts";
import { firstRow, type Maybe } from "../maybe.ts";
import { mostTerms, type Scan } from "./constraint.ts";

/**
 * The version that a selector found: enough to know whether what is kept in memory is still true. Since when it is
 * revoked comes from the database each time, so that it is never stale.
 */
export type Found = {
  id: number;
  revision: number;
  state: StoredState;
  number: number | null;
  revoked_from: string | null;
};

const columns = [
  "versions.id",
  "versions.revision",
  "versions.state",
  "versions.number",
  "versions.revoked_from",
] as const;

/**
 * The shape of these queries matters on SQLite (3.54): it parses and plans a statement anew, at ten times the cost of
 * running it, whenever a value is bound to a LIMIT, or to an equality beside an ORDER BY. So the limit is a literal,
 * the artifact a subquery, and `column in (?)` stands for `column = ?`. PostgreSQL does not care.
 */
function selectFrom(db: Kysely<Tables>, path: string) {
  return db.selectFrom("versions").select(columns).where("versions.artifact_id", "=", artifactId(db, path));
}

/** An artifact by its path as a single value: with a join PostgreSQL would sort all its versions to find the highest. */
function artifactId(db: Kysely<Tables>, path: string) {
  return db
    .selectFrom("artifacts")
    .select("artifacts.id")
    .where("artifacts.path", "=", path)
    .where("artifacts.deleted_at", "is", null);
}

/** What these look-ups give fits into a few hundred bytes. */
const isSmall = true;

const latest = prepared(
  (db, p: { path: string }) =>
    selectFrom(db, p.path)
      .where("versions.latest_number", "is not", null)
      .orderBy("versions.latest_number", "desc")
      .limit(sql.lit(1)),
  isSmall,
);

const latestOfType = prepared(
  (db, p: { path: string; type: string }) =>
    selectOfType(db, p).orderBy("builds.latest_number", "desc").limit(sql.lit(1)),
  isSmall,
);

function selectOfType(db: Kysely<Tables>, { path, type }: { path: string; type: string }) {
  return db
    .selectFrom("builds")
    .innerJoin("versions", "versions.id", "builds.version_id")
    .select(columns)
    .where("builds.artifact_id", "=", artifactId(db, path))
    .where("builds.artifact_type", "in", [type])
    .where("builds.latest_number", "is not", null);
}

const byNumber = prepared(
  (db, p: { path: string; number: number }) => selectFrom(db, p.path).where("versions.number", "=", p.number),
  isSmall,
);

const byFingerprint = prepared(
  (db, p: { path: string; fingerprint: string }) =>
    selectFrom(db, p.path)
      .where("versions.fingerprint", "=", p.fingerprint)
      .where(sql<boolean>`versions.state in ('incomplete', 'complete')`),
  isSmall,
);

type KeyRange = { path: string; prerelease: number; from: string; to: string };

function selectInKeyRange(db: Kysely<Tables>, { path, prerelease, from, to }: KeyRange) {
  return selectFrom(db, path)
    .select("versions.semver_key as key")
    .where("versions.prerelease", "in", [prerelease])
    .where("versions.semver_key", ">=", from)
    .where("versions.semver_key", "<", to)
    .orderBy("versions.semver_key", "desc");
}

const inKeyRange = (limit: number) =>
  prepared((db, p: KeyRange) => selectInKeyRange(db, p).limit(sql.lit(limit)), isSmall);

const highest = inKeyRange(1);
const highestFew = inKeyRange(mostTerms + 1);

const byChannel = prepared(
  (db, p: { path: string; channel: string }) =>
    db
      .selectFrom("channels")
      .innerJoin("versions", "versions.id", "channels.version_id")
      .select(columns)
      .where("channels.artifact_id", "=", artifactId(db, p.path))
      .where("channels.name", "in", [p.channel]),
  isSmall,
);

/** The newest version that may be `latest`, of those that have a build of a type when one is given. */
export function findLatest(db: Reader, path: string, type: string | undefined): Maybe<Found | undefined> {
  return firstRow<Found>(type === undefined ? latest(db, { path }) : latestOfType(db, { path, type }));
}

export function findByNumber(db: Reader, path: string, number: number): Maybe<Found | undefined> {
  return firstRow<Found>(byNumber(db, { path, number }));
}

/** The version that holds a fingerprint: complete, or not yet. */
export function findByFingerprint(db: Reader, path: string, fingerprint: string): Maybe<Found | undefined> {
  return firstRow<Found>(byFingerprint(db, { path, fingerprint }));
}

/** The version that a named channel points at. */
export function findByChannel(db: Reader, path: string, channel: string): Maybe<Found | undefined> {
  return firstRow<Found>(byChannel(db, { path, channel }));
}

/** A condition: not revoked at a moment. */
function isUsable(now: string) {
  return sql<SqlBool>`(versions.revoked_from is null or versions.revoked_from > ${now})`;
}

/** The newest unrevoked version below a number that may be `latest`. */
export async function findLatestBelow(
  db: Reader,
  path: string,
  type: string | undefined,
  number: number,
  now: string,
): Promise<Found | undefined> {
  const query =
    type === undefined
      ? selectFrom(db, path)
          .where("versions.latest_number", "<", number)
          .orderBy("versions.latest_number", "desc")
      : selectOfType(db, { path, type })
          .where("builds.latest_number", "<", number)
          .orderBy("builds.latest_number", "desc");
  return query.where(isUsable(now)).limit(1).executeTakeFirst();
}

/**
 * What a channel can go back to when its version is revoked: the newest unrevoked version that was assigned before
 * the present one was assigned for the first time, as a rollback would.
 */
export async function findAssignedBefore(
  db: Reader,
  path: string,
  channel: string,
  versionId: number,
  now: string,
): Promise<Found | undefined> {
  const found = await db
    .selectFrom("artifacts")
    .innerJoin("channels", "channels.artifact_id", "artifacts.id")
    .select("channels.id")
    .where("artifacts.path", "=", path)
    .where("channels.name", "=", channel)
    .executeTakeFirst();
  const first = found && (await findFirstAssignment(db, found.id, versionId));
  if (!found || first === undefined) return undefined;
  // Apart from the look-ups above, so that the history is followed backwards instead of being sorted.
  return db
    .selectFrom("channel_assignments as earlier")
    .innerJoin("versions", "versions.id", "earlier.version_id")
    .select(columns)
    .where("earlier.channel_id", "=", found.id)
    .where("earlier.id", "<", first)
    .where("versions.state", "!=", "deleted")
    .where(isUsable(now))
    .orderBy("earlier.id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/**
 * The version with the highest sort key in a scan.
 *
 * @param usableAt leaves out those that are revoked at this moment
 */
export async function findHighest(
  db: Reader,
  path: string,
  { prerelease, from, to, except }: Scan,
  usableAt?: string,
): Promise<(Found & { key: string | null }) | undefined> {
  if (usableAt !== undefined) {
    let query = selectInKeyRange(db, { path, prerelease: Number(prerelease), from, to }).where(
      isUsable(usableAt),
    );
    if (except.length > 0) query = query.where("versions.semver_key", "not in", except);
    return query.limit(1).executeTakeFirst();
  }
  const query = except.length === 0 ? highest : highestFew;
  const rows = await query(db, { path, prerelease: Number(prerelease), from, to });
  return rows.find((row) => row.key !== null && !except.includes(row.key));
}
