import { lockArtifactById } from "../artifacts/store.ts";
import type { Database } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import type { Caller, Clock } from "../unit.ts";
import { nextRun } from "./schedule.ts";
import { retain } from "./service.ts";
import { findDue, saveProgress } from "./store.ts";

/** How many versions one transaction looks at, and how many transactions one run makes. */
const versionsPerPart = 100;
const partsPerRun = 200;

/**
 * Applies the stored policies that are due, each once a day. The work is done in parts, and how far it came is stored
 * with each, so that an artifact with very many versions neither holds up others nor starts anew after a restart. Each
 * part is decided under the lock of its artifact, so that any number of servers may do this at once.
 *
 * @param perPart how many versions one transaction looks at
 * @returns how many versions it deleted
 */
export async function applyDuePolicies(
  database: Database,
  clock: Clock,
  caller: Caller,
  perPart = versionsPerPart,
): Promise<number> {
  let deleted = 0;
  for (let part = 0; part < partsPerRun; part++) {
    const due = await findDue(database.reads, clock().toISOString());
    if (!due) break;
    deleted += await applyPart(database, clock, caller, due.id, perPart);
  }
  return deleted;
}

async function applyPart(
  database: Database,
  clock: Clock,
  caller: Caller,
  artifactId: number,
  limit: number,
): Promise<number> {
  return database.write(async (tx) => {
    const unit = { tx, now: clock().toISOString(), caller };
    const artifact = await lockArtifactById(tx, artifactId);
    const { retention, retention_due_at, retention_position } = artifact;
    // Another server may have been here since it was found.
    if (retention === null || retention_due_at === null || retention_due_at > unit.now) return 0;
    const part = { below: retention_position ?? undefined, limit };
    const { verdicts, next } = await retain(unit, artifact, readJson(retention), part);
    await saveProgress(tx, artifact, {
      // What is not through goes behind the others that are due.
      retention_due_at: next === null ? nextRun(unit.now) : unit.now,
      retention_position: next,
    });
    return verdicts.filter((verdict) => !verdict.keep).length;
  });
}
