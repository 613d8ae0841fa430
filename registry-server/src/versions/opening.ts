/**
 * Opening a version, and opening it again.
 *
 * Everybody who publishes to one fingerprint opens the version first, in any order and any number of times. What they
 * say is united: the builds they expect, and the values of the version. A value that one gives and another leaves out
 * is no difference; two different ones are. `latest: "if_newer"` narrows `true`, whichever comes first, so that a
 * spooled part of a version and a fresh one go together.
 *
 * A complete version is only compared: equal is a retry, different is an error.
 */
import type { ArtifactRow } from "../artifacts/store.ts";
import { sameContent } from "../builds/content.ts";
import type { Build } from "../builds/schema.ts";
import { canonicalJson, readJson, writeJson } from "../database/json.ts";
import type { OpenedWith } from "../database/schema.ts";
import { type EventRecord, recordEvent } from "../events/store.ts";
import type { Unit } from "../unit.ts";
import { withoutUndefined } from "../values.ts";
import { buildUnexpected, versionComplete, versionDiffers } from "./problems.ts";
import type { Publish } from "./schema.ts";
import { insertVersions, type NewVersion, touchVersion, updateVersion, type VersionRow } from "./store.ts";

const comparedFields = ["semver", "description", "labels"] as const;

function valuesOf({ semver, description, labels, latest }: Publish): OpenedWith {
  return withoutUndefined({ semver, description, labels, latest }) as OpenedWith;
}

function reportedNames(body: Publish): string[] {
  return (body.builds ?? []).map((build) => build.name);
}

/** The row of a version whose fingerprint nobody holds, and the event of its opening. */
export function newVersion(
  artifact: ArtifactRow,
  fingerprint: string,
  body: Publish,
): { columns: NewVersion; event(row: VersionRow): EventRecord } {
  const values = valuesOf(body);
  const expected = body.expected_builds ?? reportedNames(body);
  refuseUnexpected(artifact.path, expected, body);
  const columns = {
    artifact_id: artifact.id,
    fingerprint,
    semver: values.semver ?? null,
    description: values.description ?? null,
    labels: values.labels ?? {},
    latest: storedLatest(values),
    opened_with: values,
    expected_builds: expected,
  };
  const detail = { after: { fingerprint, expected_builds: expected, ...values } };
  const { path } = artifact;
  return {
    columns,
    event: ({ id }) => ({ action: "version.opened", artifact: path, version: { id, number: null }, detail }),
  };
}

/** Opens a version whose fingerprint nobody holds. */
export async function openVersion(
  unit: Unit,
  artifact: ArtifactRow,
  fingerprint: string,
  body: Publish,
): Promise<VersionRow> {
  const { columns, event } = newVersion(artifact, fingerprint, body);
  const [row] = await insertVersions(unit.tx, [columns], unit.now);
  if (!row) throw new Error("a version that was opened is not there");
  await recordEvent(unit, event(row));
  return row;
}

/**
 * Opens an incomplete version again.
 *
 * @throws Problem `version_differs`, `build_unexpected`
 */
export async function reopenVersion(
  unit: Unit,
  artifact: ArtifactRow,
  version: VersionRow,
  body: Publish,
): Promise<VersionRow> {
  const recorded = readJson(version.opened_with);
  const values = uniteValues(artifact.path, version, recorded, valuesOf(body));
  const expectedBefore = readJson(version.expected_builds);
  const expected = [...new Set([...expectedBefore, ...(body.expected_builds ?? reportedNames(body))])];
  refuseUnexpected(artifact.path, expected, body);
  const before = { ...recorded, expected_builds: expectedBefore };
  const after = { ...values, expected_builds: expected };
  if (canonicalJson(before) === canonicalJson(after)) {
    await touchVersion(unit.tx, version.id, unit.now);
    return version;
  }
  const added = Object.keys(values).filter((field) => !(field in recorded));
  const columns = {
    ...(added.includes("semver") && { semver: values.semver ?? null }),
    ...(added.includes("description") && { description: values.description ?? null }),
    ...(added.includes("labels") && { labels: writeJson(values.labels ?? {}) }),
    latest: storedLatest(values),
    opened_with: writeJson(values),
    expected_builds: writeJson(expected),
    active_at: unit.now,
  };
  const row = await updateVersion(unit.tx, version.id, columns, unit.now);
  const detail = { before, after };
  await recordEvent(unit, { action: "version.changed", artifact: artifact.path, version: row, detail });
  return row;
}

/**
 * Checks that a publication says what a complete version says already.
 *
 * @throws Problem `version_differs`, `version_complete`
 */
export function checkSamePublication(
  path: string,
  version: VersionRow,
  builds: Build[],
  body: Publish,
): void {
  const recorded = readJson(version.opened_with);
  const given = valuesOf(body);
  for (const field of comparedFields) {
    if (field in given && !same(given[field], recorded[field])) throw versionDiffers(path, version, field);
  }
  const mayBeLatest = (latest: OpenedWith["latest"]): boolean => latest !== false;
  if (given.latest !== undefined && mayBeLatest(given.latest) !== mayBeLatest(recorded.latest)) {
    throw versionDiffers(path, version, "latest");
  }
  const known = new Map(builds.map((build) => [build.name, build]));
  const unknown = [...(body.expected_builds ?? []), ...reportedNames(body)].filter(
    (name) => !known.has(name),
  );
  if (unknown.length > 0) throw versionComplete(path, version, builds, `it has no build "${unknown[0]}"`);
  if (body.expected_builds === undefined && body.builds?.length !== builds.length) {
    throw versionComplete(path, version, builds, `it has ${builds.length} builds`);
  }
  for (const report of body.builds ?? []) {
    const build = known.get(report.name);
    if (build && !sameContent(build, report)) {
      throw versionComplete(path, version, builds, `its build "${report.name}" has another content`);
    }
  }
}

function uniteValues(path: string, version: VersionRow, recorded: OpenedWith, given: OpenedWith): OpenedWith {
  for (const field of comparedFields) {
    if (field in given && field in recorded && !same(given[field], recorded[field])) {
      throw versionDiffers(path, version, field);
    }
  }
  const latest = uniteLatest(recorded.latest, given.latest);
  if (latest === "differs") throw versionDiffers(path, version, "latest");
  return withoutUndefined({ ...recorded, ...given, latest }) as OpenedWith;
}

type Latest = OpenedWith["latest"];

function uniteLatest(recorded: Latest, given: Latest): Latest | "differs" {
  if (recorded === undefined || recorded === given) return given;
  if (given === undefined) return recorded;
  return recorded === false || given === false ? "differs" : "if_newer";
}

function storedLatest({ latest = true }: OpenedWith): "true" | "false" | "if_newer" {
  return latest === "if_newer" ? latest : latest ? "true" : "false";
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

function refuseUnexpected(path: string, expected: string[], body: Publish): void {
  const unexpected = reportedNames(body).find((name) => !expected.includes(name));
  if (unexpected !== undefined) throw buildUnexpected(path, unexpected, expected);
}
