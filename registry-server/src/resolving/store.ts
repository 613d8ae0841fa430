import { type Kysely, sql } from "kysely";
import type { Reader } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import type { StoredState, Tables } from "../database/schema.ts";
import type { Scan } from "./constraint.ts";

/** The version that a selector found: enough to know whether what is kept in memory is still true. */
export type Found = { id: number; revision: number; state: StoredState };

function selectFrom(db: Kysely<Tables>, path: string) {
  return db
    .selectFrom("artifacts")
    .innerJoin("versions", "versions.artifact_id", "artifacts.id")
    .select(["versions.id", "versions.revision", "versions.state"])
    .where("artifacts.path", "=", path)
    .where("artifacts.deleted_at", "is", null);
}

const latest = prepared((db, p: { path: string }) =>
  selectFrom(db, p.path)
    .where("versions.latest_number", "is not", null)
    .orderBy("versions.latest_number", "desc")
    .limit(1),
);

const latestOfType = prepared((db, p: { path: string; type: string }) =>
  db
    .selectFrom("artifacts")
    .innerJoin("builds", "builds.artifact_id", "artifacts.id")
    .innerJoin("versions", "versions.id", "builds.version_id")
    .select(["versions.id", "versions.revision", "versions.state"])
    .where("artifacts.path", "=", p.path)
    .where("artifacts.deleted_at", "is", null)
    .where("builds.artifact_type", "=", p.type)
    .where("builds.latest_number", "is not", null)
    .orderBy("builds.latest_number", "desc")
    .limit(1),
);

const byNumber = prepared((db, p: { path: string; number: number }) =>
  selectFrom(db, p.path).where("versions.number", "=", p.number),
);

const byFingerprint = prepared((db, p: { path: string; fingerprint: string }) =>
  selectFrom(db, p.path)
    .where("versions.fingerprint", "=", p.fingerprint)
    .where(sql<boolean>`versions.state in ('incomplete', 'complete')`),
);

/** The newest version that may be `latest`, of those that have a build of a type when one is given. */
export async function findLatest(
  db: Reader,
  path: string,
  type: string | undefined,
): Promise<Found | undefined> {
  const [found] = type === undefined ? await latest(db, { path }) : await latestOfType(db, { path, type });
  return found;
}

export async function findByNumber(db: Reader, path: string, number: number): Promise<Found | undefined> {
  const [found] = await byNumber(db, { path, number });
  return found;
}

/** The version that holds a fingerprint: complete, or not yet. */
export async function findByFingerprint(
  db: Reader,
  path: string,
  fingerprint: string,
): Promise<Found | undefined> {
  const [found] = await byFingerprint(db, { path, fingerprint });
  return found;
}

/** The version with the highest sort key in a scan. */
export async function findHighest(
  db: Reader,
  path: string,
  scan: Scan,
): Promise<(Found & { key: string | null }) | undefined> {
  let query = selectFrom(db, path)
    .select("versions.semver_key as key")
    .where("versions.prerelease", "=", Number(scan.prerelease))
    .where("versions.semver_key", "is not", null);
  if (scan.from) query = query.where("versions.semver_key", scan.from.inclusive ? ">=" : ">", scan.from.key);
  if (scan.to) query = query.where("versions.semver_key", scan.to.inclusive ? "<=" : "<", scan.to.key);
  for (const key of scan.except) query = query.where("versions.semver_key", "!=", key);
  return query.orderBy("versions.semver_key", "desc").limit(1).executeTakeFirst();
}
