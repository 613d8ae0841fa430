import { lockArtifactById } from "../artifacts/store.ts";
import type { Database } from "../database/database.ts";
import { recordEvent } from "../events/store.ts";
import type { Caller, Clock, Unit } from "../unit.ts";
import { getVersionById, listIdle, updateVersion, type VersionRow } from "./store.ts";

const batch = 100;

/** Whether an incomplete version has waited longer for a report than it may. */
export function isOverdue(version: VersionRow, now: string, ttlMs: number): boolean {
  return version.state === "incomplete" && Date.parse(now) - Date.parse(version.active_at) >= ttlMs;
}

/** Ends an incomplete version; its fingerprint is free again. The caller has locked the artifact. */
export async function expireVersion(unit: Unit, path: string, version: VersionRow): Promise<void> {
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
