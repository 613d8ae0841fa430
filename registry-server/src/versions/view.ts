import { mayHaveParents } from "../ancestry/linking.ts";
import type { Build } from "../builds/schema.ts";
import { withReadableParents } from "../builds/view.ts";
import type { Reader } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import { Problem } from "../http/problem.ts";
import { loadRevocationFields, notRevoked, type RevocationFields } from "../revocations/view.ts";
import type { Actor } from "../tokens/scopes.ts";
import type { Unit } from "../unit.ts";
import type { Version, VersionState } from "./schema.ts";
import type { VersionRow } from "./store.ts";

const latestValues = { true: true, false: false, if_newer: "if_newer" } as const;

/**
 * A version as answers show it, with its builds or what a list shows of them.
 *
 * @param revoked what is known of its revocation; one that is not complete, or not yet, has none
 */
export function viewVersion<B extends Pick<Build, "name">>(
  path: string,
  row: VersionRow,
  builds: B[],
  revoked: RevocationFields = notRevoked,
): Omit<Version, "builds"> & { builds: B[] } {
  const expected = readJson(row.expected_builds);
  const reported = new Set(builds.map((build) => build.name));
  return {
    artifact: path,
    state: row.state as VersionState,
    number: row.number,
    fingerprint: row.fingerprint,
    semver: row.semver,
    description: row.description,
    labels: readJson(row.labels),
    latest: latestValues[row.latest],
    expected_builds: expected,
    missing_builds: expected.filter((name) => !reported.has(name)),
    failed_builds: readJson(row.failed_builds).filter(({ name }) => !reported.has(name)),
    builds,
    created_at: row.created_at,
    updated_at: row.updated_at,
    completed_at: row.completed_at,
    ...revoked,
    warnings: readJson(row.warnings),
  };
}

/** Where and when a version is looked at, and by whom: revocations depend on the time, ancestors on what one may read. */
export type Sight = { db: Reader; actor: Actor; now: string };

export function sightOf({ tx, caller, now }: Unit): Sight {
  return { db: tx, actor: caller, now };
}

/** Versions with what is known of their revocation: one, or those of a page. */
export async function showVersions<B extends Pick<Build, "name">>(
  { db, actor, now }: Sight,
  versions: { path: string; row: VersionRow; builds: B[] }[],
): Promise<ReturnType<typeof viewVersion<B>>[]> {
  const rows = versions.map((version) => version.row);
  const fields = await loadRevocationFields(db, actor, rows, now);
  return versions.map(({ path, row, builds }) => viewVersion(path, row, builds, fields.get(row.id)));
}

/** A version with what is known of its revocation; parents that the actor may not read are left out. */
export async function showVersion(
  sight: Sight,
  path: string,
  row: VersionRow,
  builds: Build[],
): Promise<Version> {
  const fields = await loadRevocationFields(sight.db, sight.actor, [row], sight.now);
  return viewVersion(path, row, withReadableParents(builds, sight.actor), fields.get(row.id));
}

/** A version that this transaction has completed. */
export async function showCompleted(
  unit: Unit,
  path: string,
  row: VersionRow,
  builds: Build[],
): Promise<Version> {
  // Without parents it has no ancestors that could be revoked, and nobody can have revoked it yet.
  if (!builds.some(mayHaveParents)) return viewVersion(path, row, builds);
  return showVersion(sightOf(unit), path, row, builds);
}

/**
 * One build of a version.
 *
 * @throws Problem `build_not_found`
 */
export function pickBuild(version: Version, name: string): Build {
  const build = version.builds.find((known) => known.name === name);
  if (build) return build;
  const builds = version.builds.map((known) => known.name);
  const which = version.number === null ? `fingerprint:${version.fingerprint}` : version.number;
  const detail = `Version ${which} of "${version.artifact}" has no build "${name}"; it has ${builds.join(", ") || "none yet"}.`;
  throw new Problem("build_not_found", detail, { builds });
}
