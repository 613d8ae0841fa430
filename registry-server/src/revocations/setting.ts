import { recordEvent } from "../events/store.ts";
import { Problem } from "../http/problem.ts";
import type { Unit } from "../unit.ts";
import type { VersionRow } from "../versions/store.ts";
import type { Revoke } from "./schema.ts";
import { announce, spread } from "./spreading.ts";
import {
  deleteCauses,
  describeVersions,
  findOwnCause,
  insertCauses,
  listHeirs,
  type RevocationRow,
  refreshRevokedFrom,
  updateCauses,
} from "./store.ts";

type Wanted = Pick<RevocationRow, "reason" | "effective_at" | "spread">;

/**
 * Gives a version its own cause, or changes the one it has, and lets descendants follow. The caller has locked the
 * artifact and those who link versions.
 *
 * @returns the event of the revocation as it is now
 * @throws Problem `revocation_in_force` when it would be put off although it is in force: that would lift it unasked
 */
export async function setRevocation(
  unit: Unit,
  path: string,
  version: VersionRow,
  body: Revoke,
): Promise<number> {
  const { tx, now, caller } = unit;
  const present = await findOwnCause(tx, version.id);
  const wanted: Wanted = {
    reason: body.reason,
    effective_at: body.at ?? earliest(present?.effective_at, now),
    spread: body.with_descendants === undefined ? (present?.spread ?? 0) : Number(body.with_descendants),
  };
  if (present && isSame(present, wanted)) return present.event_id;
  if (present && present.effective_at <= now && wanted.effective_at > now) {
    throw inForce(path, version, present.effective_at);
  }
  const event = await recordEvent(unit, {
    action: "revocation.set",
    artifact: path,
    version,
    detail: { ...(present && { before: view(present) }), after: view(wanted), reason: wanted.reason },
  });
  const isEffective = wanted.effective_at <= now;
  const shared = { ...wanted, actor: caller.name, event_id: event };
  const ids = { version_id: version.id, cause_version_id: version.id };
  const cause = { ...shared, version: { id: version.id, path, number: version.number } };
  if (present) {
    const wasAnnounced = present.announced_at !== null;
    const heirs = await listHeirs(tx, version.id);
    // What was announced is not announced again.
    const announced_at = isEffective ? (present.announced_at ?? now) : null;
    await updateCauses(tx, version.id, { ...shared, announced_at });
    if (wanted.spread === 0) await deleteCauses(tx, version.id, { onlyInherited: true });
    await refreshRevokedFrom(tx, [version.id, ...heirs], now);
    if (isEffective && !wasAnnounced) {
      await announce(unit, cause.version, cause);
      const still = wanted.spread === 1 ? heirs : [];
      for (const heir of await describeVersions(tx, still)) await announce(unit, heir, cause);
    }
  } else {
    const announced_at = isEffective ? now : null;
    await insertCauses(tx, [{ ...ids, ...shared, created_at: now, announced_at }]);
    await refreshRevokedFrom(tx, [version.id], now);
    if (isEffective) await announce(unit, cause.version, cause);
  }
  if (wanted.spread === 1) await spread(unit, cause);
  return event;
}

function inForce(path: string, { number }: VersionRow, since: string): Problem {
  const detail = `Version ${number} of "${path}" is revoked since ${since}, so "at" cannot lie in the future: until then it could be used again. Take the revocation back first, then schedule it.`;
  return new Problem("revocation_in_force", detail, { number, revoked_at: since });
}

/** Without a date it is revoked from now on; what was revoked before stays revoked since then. */
function earliest(present: string | undefined, now: string): string {
  return present !== undefined && present < now ? present : now;
}

function isSame(present: Wanted, wanted: Wanted): boolean {
  return (
    present.reason === wanted.reason &&
    present.effective_at === wanted.effective_at &&
    present.spread === wanted.spread
  );
}

function view({ reason, effective_at, spread: spreads }: Wanted) {
  return { reason, effective_at, with_descendants: spreads === 1 };
}
