/**
 * Publishing versions that have all their builds at once leaves behind what opening each, reporting its builds and
 * completing it would, but writes each row once, and those of several publications together: that is most of what a
 * publication costs, above all where each statement is a trip to the database.
 */
import type { ArtifactRow } from "../artifacts/store.ts";
import { insertBuilds } from "../builds/store.ts";
import { type EventRecord, recordAll } from "../events/store.ts";
import { requireFiles } from "../files/holding.ts";
import type { Unit } from "../unit.ts";
import { completionEvent, decideCompletion, settle } from "./completion.ts";
import { newVersion } from "./opening.ts";
import { reportEvent } from "./reporting.ts";
import type { Publish, Version } from "./schema.ts";
import { insertVersions, type NewVersion, type VersionRow } from "./store.ts";
import { showCompleted } from "./view.ts";

/** Whether a publication brings the builds that its version expects, all of them and no others. */
export function isWhole({ builds = [], expected_builds: expected }: Publish): boolean {
  const names = new Set(builds.map((build) => build.name));
  if (expected === undefined) return builds.length > 0;
  return expected.length === names.size && expected.every((name) => names.has(name));
}

/** A whole publication whose fingerprint nobody holds, to an artifact that its transaction has locked. */
export type Whole = { unit: Unit; artifact: ArtifactRow; fingerprint: string; body: Publish };

/** Publishes whole versions, each of another artifact, in one transaction. */
export async function publishWhole(
  { tx, now }: Pick<Unit, "tx" | "now">,
  publications: Whole[],
): Promise<Version[]> {
  const drafts: (Whole & Draft)[] = [];
  for (const publication of publications) drafts.push({ ...publication, ...(await draft(publication)) });
  const rows = await insertVersions(
    tx,
    drafts.map((one) => one.columns),
    now,
  );
  const opened = drafts.flatMap((one, at) => {
    const row = rows[at];
    return row ? [{ ...one, row, reports: one.body.builds ?? [] }] : [];
  });
  const newBuilds = opened.flatMap(({ artifact, row, reports }) =>
    reports.map(({ name, ...report }) => {
      return { artifactId: artifact.id, versionId: row.id, latestNumber: row.latest_number, name, report };
    }),
  );
  const builds = await insertBuilds(tx, newBuilds, now);
  const complete = opened.map((one) => ({ ...one, builds: builds.get(one.row.id) ?? [] }));
  await recordAll(
    complete.flatMap((one) => {
      const { unit, artifact, row, reports, expected } = one;
      const events = [
        one.event(row),
        ...reports.map(({ name, ...report }) =>
          reportEvent(artifact, { id: row.id, number: null }, name, report),
        ),
        completionEvent(artifact, row, expected, one.builds),
      ];
      return events.map((event) => ({ unit, event }));
    }),
  );
  const settled = await settle({ tx, now }, complete);
  const versions: Version[] = [];
  for (const [at, { unit, artifact, row, builds }] of complete.entries()) {
    versions.push(await showCompleted(unit, artifact.path, settled[at] ?? row, builds));
  }
  return versions;
}

type Draft = { columns: NewVersion; expected: string[]; event(row: VersionRow): EventRecord };

async function draft({ unit, artifact, fingerprint, body }: Whole): Promise<Draft> {
  const reports = body.builds ?? [];
  const { columns, event } = newVersion(artifact, fingerprint, body);
  for (const report of reports) await requireFiles(unit, artifact, report);
  const opened = { ...columns, warnings: [] };
  const completed = await decideCompletion(unit, artifact, opened, reports);
  const names = reports.map((report) => report.name);
  return {
    columns: { ...columns, expected_builds: names, completed },
    expected: columns.expected_builds,
    event,
  };
}
