/**
 * Makes what is made when a version completes, for versions that completed before Waybill made it: the links to their
 * parents and children, and what they are found by. A migration notes how far there is to go; each version is one short
 * transaction, newest first, so that publishing goes on meanwhile.
 */
import { linkVersions } from "../ancestry/linking.ts";
import { lockArtifactById } from "../artifacts/store.ts";
import { loadBuilds } from "../builds/store.ts";
import type { Database, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { inheritRevocations } from "../revocations/spreading.ts";
import { rewriteSearchTerms } from "../search/terms.ts";
import { serverCaller } from "../tokens/scopes.ts";
import type { Clock } from "../unit.ts";
import { getVersionById } from "./store.ts";

const name = "releases";

/**
 * @param most how many versions to go through
 * @returns how many were gone through; fewer than asked for when all are done
 */
export async function backfill(database: Database, clock: Clock, most: number): Promise<number> {
  const open = await database.reads.selectFrom("backfills").select("name").where("name", "=", name).execute();
  if (open.length === 0) return 0;
  for (let done = 0; done < most; done++) {
    const found = await database.write((tx) => backfillNext(tx, clock().toISOString()));
    if (!found) return done;
  }
  return most;
}

async function backfillNext(tx: Writer, now: string): Promise<boolean> {
  // Before the artifact, so that servers that do this at the same time do not wait for each other in a circle.
  const place = await tx
    .selectFrom("backfills")
    .select("below")
    .where("name", "=", name)
    .$if(dialectOf(tx).rowLocks, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!place) return false;
  const next = await tx
    .selectFrom("versions")
    .select(["id", "artifact_id"])
    .where("id", "<", place.below)
    .where("state", "=", "complete")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!next) {
    await tx.deleteFrom("backfills").where("name", "=", name).execute();
    return false;
  }
  await tx.updateTable("backfills").set({ below: next.id }).where("name", "=", name).execute();
  const artifact = await lockArtifactById(tx, next.artifact_id);
  const version = await getVersionById(tx, next.id);
  // Deleted while this waited for its artifact.
  if (version.state !== "complete" || version.number === null) return true;
  const builds = await loadBuilds(tx, version.id);
  await rewriteSearchTerms(tx, { path: artifact.path, version, builds });
  const unit = { tx, now, caller: serverCaller("backfill") };
  const { id, number, fingerprint } = version;
  const linkable = { path: artifact.path, id, number, fingerprint, builds };
  const links = (await linkVersions(unit, [linkable])).flat();
  await inheritRevocations(
    unit,
    links.map((link) => link.child_version_id),
  );
  return true;
}
