/**
 * How causes reach descendants.
 *
 * A revocation that spreads gives one cause to every descendant in the namespace of the revoked version, whatever lies
 * between them; descendants elsewhere are only marked when they are read. Each descendant keeps one cause per ancestor,
 * so that restoring one ancestor takes back exactly what came from it.
 *
 * Whoever revokes or restores holds the lock of those who link versions, so a child that is linked at the same moment
 * is found by one of the two.
 */
import type { Insertable } from "kysely";
import { lockLinks } from "../ancestry/store.ts";
import type { Tables } from "../database/schema.ts";
import { recordEvent } from "../events/store.ts";
import type { Unit } from "../unit.ts";
import { walk } from "./lineage.ts";
import {
  type Described,
  describeVersions,
  insertCauses,
  listSpreading,
  type RevocationRow,
  refreshRevokedFrom,
} from "./store.ts";

/** What all causes of one revocation share. */
export type Cause = Pick<RevocationRow, "reason" | "effective_at" | "actor" | "event_id"> & {
  /** The version that was revoked. */
  version: Pick<Described, "id" | "path" | "number">;
};

/** Gives a cause to the descendants of the revoked version. Returns those that did not have it. */
export async function spread(unit: Unit, cause: Cause): Promise<Described[]> {
  await lockLinks(unit.tx);
  const descendants = await walk(unit.tx, cause.version.id, "down");
  descendants.delete(cause.version.id);
  return giveCause(unit, cause, await describeVersions(unit.tx, [...descendants.keys()]));
}

/**
 * Gives versions, and what was built from them, the causes that their ancestors spread. Call it after they were linked
 * to a parent, in the same transaction.
 *
 * @param versionIds the children of the new links
 */
export async function inheritRevocations(unit: Unit, versionIds: Iterable<number>): Promise<void> {
  const { tx } = unit;
  for (const versionId of new Set(versionIds)) {
    const ancestors = await walk(tx, versionId, "up");
    ancestors.delete(versionId);
    const causes = await listSpreading(tx, [...ancestors.keys()]);
    if (causes.length === 0) continue;
    const heirs = await describeVersions(tx, [...(await walk(tx, versionId, "down")).keys()]);
    for (const { cause_version_id, path, number, ...cause } of causes) {
      await giveCause(unit, { ...cause, version: { id: cause_version_id, path, number } }, heirs);
    }
  }
}

async function giveCause(unit: Unit, cause: Cause, versions: Described[]): Promise<Described[]> {
  const { tx, now } = unit;
  const namespace = namespaceOf(cause.version.path);
  const heirs = versions.filter(
    (version) => version.state === "complete" && namespaceOf(version.path) === namespace,
  );
  const isEffective = cause.effective_at <= now;
  const added = await insertCauses(
    tx,
    heirs.map(
      (heir): Insertable<Tables["revocations"]> => ({
        version_id: heir.id,
        cause_version_id: cause.version.id,
        reason: cause.reason,
        effective_at: cause.effective_at,
        spread: 1,
        actor: cause.actor,
        event_id: cause.event_id,
        created_at: now,
        announced_at: isEffective ? now : null,
      }),
    ),
  );
  const fresh = heirs.filter((heir) => added.has(heir.id));
  await refreshRevokedFrom(
    tx,
    fresh.map((heir) => heir.id),
    now,
  );
  for (const heir of fresh) {
    await recordEvent(unit, {
      action: "revocation.inherited",
      artifact: heir.path,
      version: heir,
      detail: { after: viewCause(cause), reason: cause.reason },
      cause: cause.event_id,
    });
    if (isEffective) await announce(unit, heir, cause);
  }
  return fresh;
}

function namespaceOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}

function viewCause({ version, effective_at }: Cause) {
  return { revoked_by: { artifact: version.path, number: version.number }, effective_at };
}

/** Tells that a cause has taken effect. */
export async function announce(
  unit: Unit,
  version: Pick<Described, "id" | "path" | "number">,
  cause: Cause,
): Promise<void> {
  await recordEvent(unit, {
    action: "revocation.effective",
    artifact: version.path,
    version,
    detail: { after: viewCause(cause), reason: cause.reason },
    cause: cause.event_id,
  });
}
