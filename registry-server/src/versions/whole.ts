/**
 * Publishing a version that has all its builds at once leaves behind what opening it, reporting each build and
 * completing it would, but writes each row once: that is most of what a publication costs.
 */
import type { ArtifactRow } from "../artifacts/store.ts";
import { loadBuilds, writeBuild } from "../builds/store.ts";
import { recordEvents } from "../events/store.ts";
import { requireFiles } from "../files/holding.ts";
import type { Unit } from "../unit.ts";
import { completionEvent, decideCompletion, settle } from "./completion.ts";
import { newVersion } from "./opening.ts";
import { reportEvent } from "./reporting.ts";
import type { Publish, Version } from "./schema.ts";
import { insertVersion } from "./store.ts";
import { showCompleted } from "./view.ts";

/** Whether a publication brings every build that its version expects. */
export function isWhole({ builds = [], expected_builds: expected }: Publish): boolean {
  const names = new Set(builds.map((build) => build.name));
  return builds.length > 0 && (expected ?? []).every((name) => names.has(name));
}

/** Publishes a whole version, whose fingerprint nobody holds, to an artifact that this transaction has locked. */
export async function publishWhole(
  unit: Unit,
  artifact: ArtifactRow,
  fingerprint: string,
  body: Publish,
): Promise<Version> {
  const { tx, now } = unit;
  const reports = body.builds ?? [];
  const { columns, event: opened } = newVersion(artifact, fingerprint, body);
  for (const report of reports) await requireFiles(unit, artifact, report);
  const completed = await decideCompletion(unit, artifact, { ...columns, warnings: [] }, reports);
  const names = reports.map((report) => report.name);
  const row = await insertVersion(tx, { ...columns, expected_builds: names, completed }, now);
  const owner = {
    artifactId: artifact.id,
    versionId: row.id,
    latestNumber: row.latest_number,
    replaces: false,
  };
  for (const { name, ...report } of reports) await writeBuild(tx, owner, name, report, now);
  const builds = await loadBuilds(tx, row.id);
  await recordEvents(unit, [
    opened(row),
    ...reports.map(({ name, ...report }) =>
      reportEvent(artifact, { id: row.id, number: null }, name, report),
    ),
    completionEvent(artifact, row, columns.expected_builds, builds),
  ]);
  return showCompleted(unit, artifact.path, await settle(unit, artifact, row, builds), builds);
}
