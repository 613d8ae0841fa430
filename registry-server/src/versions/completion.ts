/**
 * Completing a version. It happens once, in the transaction that stores the last missing build (or that drops the
 * missing ones by hand), while the artifact is locked, and decides three things:
 *
 * 1. The number: one more than the highest ever given in the artifact, so there are no gaps and none is used twice.
 * 2. The semantic version: it stays when no other complete version has it, or else goes, with a warning.
 * 3. Whether it may be `latest`: as published; with `if_newer` only when its last build did not end before the last
 *    build of the version that is `latest` now. `latest` is then the highest number of those that may be.
 */
import { linkVersions } from "../ancestry/linking.ts";
import { type ArtifactRow, countCompleted } from "../artifacts/store.ts";
import type { Build } from "../builds/schema.ts";
import { markLatestBuilds } from "../builds/store.ts";
import { readJson, writeJson } from "../database/json.ts";
import { type EventRecord, recordEvent } from "../events/store.ts";
import type { Warning } from "../http/schema.ts";
import { parseSemver, sortKey } from "../resolving/semver.ts";
import { inheritRevocations } from "../revocations/spreading.ts";
import { writeSearchTerms } from "../search/terms.ts";
import type { Unit } from "../unit.ts";
import {
  type Completed,
  findBySemverKey,
  findLatest,
  getVersionById,
  updateVersion,
  type VersionRow,
} from "./store.ts";

type Decision<T> = { columns: T; warning?: Warning };

/**
 * Completes an incomplete version of an artifact that this transaction has locked.
 *
 * @param builds all builds it has, at least one
 * @param byHand why somebody completes it without the missing builds
 */
export async function completeVersion(
  unit: Unit,
  artifact: ArtifactRow,
  version: VersionRow,
  builds: Build[],
  byHand?: string,
): Promise<VersionRow> {
  const { tx, now } = unit;
  const decided = await decideCompletion(unit, artifact, version, builds);
  const columns = {
    ...decided,
    warnings: writeJson(decided.warnings),
    state: "complete",
    expected_builds: writeJson(builds.map((build) => build.name)),
    active_at: now,
    completed_at: now,
  } as const;
  const row = await updateVersion(tx, version.id, columns, now);
  if (row.latest_number !== null) await markLatestBuilds(tx, row.id, row.latest_number);
  await recordEvent(unit, completionEvent(artifact, row, readJson(version.expected_builds), builds, byHand));
  const [settled = row] = await settle(unit, [{ unit, artifact, row, builds }]);
  return settled;
}

/** What completing decides; the caller has locked the artifact. */
export async function decideCompletion(
  unit: Unit,
  artifact: ArtifactRow,
  version: Pick<VersionRow, "artifact_id" | "semver" | "latest" | "warnings">,
  builds: Ended[],
): Promise<Completed> {
  const number = artifact.last_number + 1;
  const built_at = lastEnd(builds, unit.now);
  const semver = await decideSemver(unit, version);
  const latest = await decideLatest(unit, version, number, built_at);
  const warnings = [...readJson(version.warnings), semver.warning, latest.warning].filter(
    (w) => w !== undefined,
  );
  return { ...semver.columns, ...latest.columns, number, built_at, warnings };
}

/** The event of a completion. */
export function completionEvent(
  artifact: ArtifactRow,
  row: VersionRow,
  expectedBefore: string[],
  builds: { name: string }[],
  byHand?: string,
): EventRecord {
  const { number, semver, latest } = row;
  const after = { number, semver, latest, builds: builds.map((build) => build.name) };
  const before = { expected_builds: expectedBefore };
  const detail = { before, after, ...(byHand !== undefined && { reason: byHand }) };
  return { action: "version.completed", artifact: artifact.path, version: row, detail };
}

/** A version that is complete now, and who completed it. */
export type Finished = { unit: Unit; artifact: ArtifactRow; row: VersionRow; builds: Build[] };

/**
 * Writes down what follows from versions of different artifacts that are complete now: counters, what they are found
 * by, their families. Gives them as they are then.
 */
export async function settle(
  { tx, now }: Pick<Unit, "tx" | "now">,
  finished: Finished[],
): Promise<VersionRow[]> {
  const ids = finished.map(({ artifact }) => artifact.id);
  await countCompleted(tx, ids, now);
  const versions = finished.map(({ artifact: { path }, row, builds }) => ({ path, version: row, builds }));
  await writeSearchTerms(tx, versions);
  const linkable = versions.map(({ path, version: { id, number, fingerprint }, builds }) => {
    return { path, id, number: number ?? 0, fingerprint, builds };
  });
  const links = await linkVersions({ tx, now }, linkable);
  const rows: VersionRow[] = [];
  for (const [at, { unit, row }] of finished.entries()) {
    const children = links[at]?.map((link) => link.child_version_id) ?? [];
    await inheritRevocations(unit, children);
    // Its ancestors may have revoked it.
    rows.push(children.length === 0 ? row : await getVersionById(tx, row.id));
  }
  return rows;
}

type Ended = { ended_at?: string | null | undefined; reported_at?: string };

function lastEnd(builds: Ended[], now: string): string {
  const [last = now] = builds
    .map((build) => build.ended_at ?? build.reported_at ?? now)
    .sort()
    .reverse();
  return last;
}

type SemverColumns = { semver: string | null; semver_key: string | null; prerelease: number };

async function decideSemver(
  { tx }: Unit,
  version: Pick<VersionRow, "artifact_id" | "semver">,
): Promise<Decision<SemverColumns>> {
  const none = { semver: null, semver_key: null, prerelease: 0 };
  if (version.semver === null) return { columns: none };
  const parsed = parseSemver(version.semver);
  const key = sortKey(parsed);
  const isPrerelease = parsed.prerelease.length > 0;
  const holder = await findBySemverKey(tx, version.artifact_id, key, isPrerelease);
  if (!holder)
    return { columns: { semver: version.semver, semver_key: key, prerelease: Number(isPrerelease) } };
  const message = `Version ${holder.number} already has ${holder.semver}, so this one was completed without ${version.semver}.`;
  return { columns: none, warning: { code: "semver_taken", message } };
}

type LatestColumns = { latest: "true" | "false"; latest_number: number | null };

async function decideLatest(
  { tx }: Unit,
  version: Pick<VersionRow, "artifact_id" | "latest">,
  number: number,
  builtAt: string,
): Promise<Decision<LatestColumns>> {
  const yes = { columns: { latest: "true", latest_number: number } } as const;
  const no = { columns: { latest: "false", latest_number: null } } as const;
  if (version.latest !== "if_newer") return version.latest === "true" ? yes : no;
  const present = await findLatest(tx, version.artifact_id);
  if (!present || present.built_at === null || builtAt >= present.built_at) return yes;
  const message = `Its builds ended before those of version ${present.number}, so that version stays latest.`;
  return { ...no, warning: { code: "not_latest", message } };
}
