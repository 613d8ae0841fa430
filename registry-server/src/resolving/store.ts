import { type Kysely, sql } from "kysely";
import type { Reader } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import type { StoredState, Tables } from "../database/schema.ts";
import { firstRow, type Maybe } from "../maybe.ts";
import { mostTerms, type Scan } from "./constraint.ts";

/** The version that a selector found: enough to know whether what is kept in memory is still true. */
export type Found = { id: number; revision: number; state: StoredState };

/**
 * The shape of these queries matters on SQLite (3.54): it parses and plans a statement anew, at ten times the cost of
 * running it, whenever a value is bound to a LIMIT, or to an equality beside an ORDER BY. So the limit is a literal,
 * the artifact a subquery, and `column in (?)` stands for `column = ?`. PostgreSQL does not care.
 */
function selectFrom(db: Kysely<Tables>, path: string) {
  return db
    .selectFrom("versions")
    .select(["versions.id", "versions.revision", "versions.state"])
    .where("versions.artifact_id", "=", artifactId(db, path));
}

function artifactId(db: Kysely<Tables>, path: string) {
  return db
    .selectFrom("artifacts")
    .select("artifacts.id")
    .where("artifacts.path", "=", path)
    .where("artifacts.deleted_at", "is", null);
}

const latest = prepared((db, p: { path: string }) =>
  selectFrom(db, p.path)
    .where("versions.latest_number", "is not", null)
    .orderBy("versions.latest_number", "desc")
    .limit(sql.lit(1)),
);

const latestOfType = prepared((db, p: { path: string; type: string }) =>
  db
    .selectFrom("builds")
    .innerJoin("versions", "versions.id", "builds.version_id")
    .select(["versions.id", "versions.revision", "versions.state"])
    .where("builds.artifact_id", "=", artifactId(db, p.path))
    .where("builds.artifact_type", "in", [p.type])
    .where("builds.latest_number", "is not", null)
    .orderBy("builds.latest_number", "desc")
    .limit(sql.lit(1)),
);

const byNumber = prepared((db, p: { path: string; number: number }) =>
  selectFrom(db, p.path).where("versions.number", "=", p.number),
);

const byFingerprint = prepared((db, p: { path: string; fingerprint: string }) =>
  selectFrom(db, p.path)
    .where("versions.fingerprint", "=", p.fingerprint)
    .where(sql<boolean>`versions.state in ('incomplete', 'complete')`),
);

type KeyRange = { path: string; prerelease: number; from: string; to: string };

const inKeyRange = (limit: number) =>
  prepared((db, p: KeyRange) =>
    selectFrom(db, p.path)
      .select("versions.semver_key as key")
      .where("versions.prerelease", "in", [p.prerelease])
      .where("versions.semver_key", ">=", p.from)
      .where("versions.semver_key", "<", p.to)
      .orderBy("versions.semver_key", "desc")
      .limit(sql.lit(limit)),
  );

const highest = inKeyRange(1);
const highestFew = inKeyRange(mostTerms + 1);

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

/** The version with the highest sort key in a scan. */
export async function findHighest(
  db: Reader,
  path: string,
  { prerelease, from, to, except }: Scan,
): Promise<(Found & { key: string | null }) | undefined> {
  const query = except.length === 0 ? highest : highestFew;
  const rows = await query(db, { path, prerelease: Number(prerelease), from, to });
  return rows.find((row) => row.key !== null && !except.includes(row.key));
}
