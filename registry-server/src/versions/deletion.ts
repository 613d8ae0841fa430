import { type ArtifactRow, updateArtifact } from "../artifacts/store.ts";
import { loadBuilds } from "../builds/store.ts";
import { recordEvent } from "../events/store.ts";
import type { Unit } from "../unit.ts";
import { deleteVersion, type VersionRow } from "./store.ts";
import { viewVersion } from "./view.ts";

/**
 * Deletes complete versions of an artifact that this transaction has locked. Each leaves a tombstone that keeps its
 * number, and an event with what it was: its images still exist somewhere and cost money.
 */
export async function deleteComplete(
  unit: Unit,
  artifact: ArtifactRow,
  versions: VersionRow[],
  reason: string | undefined,
): Promise<void> {
  const { tx, now } = unit;
  const why = reason === undefined ? {} : { reason };
  for (const version of versions) {
    const before = viewVersion(artifact.path, version, await loadBuilds(tx, version.id));
    await deleteVersion(tx, version.id, now);
    const detail = { before, ...why };
    await recordEvent(unit, { action: "version.deleted", artifact: artifact.path, version, detail });
  }
  const left = artifact.complete_versions - versions.length;
  await updateArtifact(tx, artifact.id, { complete_versions: left }, now);
}
