import { type ArtifactRow, lockArtifactById } from "../artifacts/store.ts";
import type { Database } from "../database/database.ts";
import { recordEvent } from "../events/store.ts";
import { releaseFiles } from "../files/store.ts";
import { Service } from "../service.ts";
import type { Caller, Clock, Unit } from "../unit.ts";
import { versionNotFound } from "./problems.ts";
import {
  findVersion,
  getVersionById,
  listIdle,
  updateVersion,
  type VersionRow,
  type VersionSelector,
} from "./store.ts";

const batch = 100;

/** What the services of versions have in common that may still wait for builds. */
export class WaitingService extends Service {
  protected readonly incompleteTtlMs: number;

  /** @param incompleteTtlMs how long a version waits for the next report */
  constructor(database: Database, clock: Clock, incompleteTtlMs: number) {
    super(database, clock);
    this.incompleteTtlMs = incompleteTtlMs;
  }
}

/** Whether an incomplete version has waited longer for a report than it may. */
export function isOverdue(version: VersionRow, now: string, ttlMs: number): boolean {
  return version.state === "incomplete" && Date.parse(now) - Date.parse(version.active_at) >= ttlMs;
}

/** Whether a version is complete, or still waits for builds. */
export function isLive(version: VersionRow, now: string, ttlMs: number): boolean {
  return version.state === "complete" || (version.state === "incomplete" && !isOverdue(version, now, ttlMs));
}

/**
 * A version that can still be written to, or is complete. The caller has locked the artifact.
 *
 * @throws Problem `version_not_found` when there is none, or it has ended
 */
export async function findOpen(
  { tx, now }: Unit,
  artifact: ArtifactRow,
  selector: VersionSelector,
  ttlMs: number,
): Promise<VersionRow> {
  const row = await findVersion(tx, artifact.id, selector);
  if (!row) throw versionNotFound(artifact.path, selector);
  // An overdue version counts as expired even when the job that expires it has not come to it yet.
  if (!isLive(row, now, ttlMs)) throw versionNotFound(artifact.path, selector, row);
  return row;
}

/** Ends an incomplete version; its fingerprint is free again. The caller has locked the artifact. */
export async function expireVersion(unit: Unit, path: string, version: VersionRow): Promise<void> {
  await releaseFiles(unit.tx, { version: version.id }, unit.now);
  await updateVersion(unit.tx, version.id, { state: "expired" }, unit.now);
  const before = { active_at: version.active_at };
  await recordEvent(unit, { action: "version.expired", artifact: path, version, detail: { before } });
}

/**
 * Expires every incomplete version that is overdue. Each is decided again under the lock of its artifact, so that any
 * number of servers may do this at once.
 *
 * @returns how many it expired
 */
export async function expireOverdue(
  database: Database,
  clock: Clock,
  ttlMs: number,
  caller: Caller,
): Promise<number> {
  let expired = 0;
  for (;;) {
    const since = new Date(clock().getTime() - ttlMs).toISOString();
    const idle = await listIdle(database.reads, since, batch);
    for (const { id, artifact_id } of idle) {
      const done = await database.write(async (tx) => {
        const unit = { tx, now: clock().toISOString(), caller };
        const artifact = await lockArtifactById(tx, artifact_id);
        const version = await getVersionById(tx, id);
        if (!isOverdue(version, unit.now, ttlMs)) return false;
        await expireVersion(unit, artifact.path, version);
        return true;
      });
      if (done) expired++;
    }
    if (idle.length < batch) return expired;
  }
}
