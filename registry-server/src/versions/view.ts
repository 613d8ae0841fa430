import type { Build } from "../builds/schema.ts";
import { readJson } from "../database/json.ts";
import { Problem } from "../http/problem.ts";
import type { Version, VersionState } from "./schema.ts";
import type { VersionRow } from "./store.ts";

const latestValues = { true: true, false: false, if_newer: "if_newer" } as const;

/** A version as answers show it, with its builds or what a list shows of them. */
export function viewVersion<B extends Pick<Build, "name">>(
  path: string,
  row: VersionRow,
  builds: B[],
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
    builds,
    created_at: row.created_at,
    updated_at: row.updated_at,
    completed_at: row.completed_at,
    revocation: null,
    warnings: readJson(row.warnings),
  };
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
