import type { Reader } from "../database/database.ts";
import { type Actor, mayRead } from "../tokens/scopes.ts";
import type { VersionRow } from "../versions/store.ts";
import { listRevokedAncestors } from "./lineage.ts";
import type { Revocation } from "./schema.ts";
import { type CauseRow, listCauses } from "./store.ts";

/** What a version shows about revocation. */
export type RevocationFields = {
  revocation: Revocation | null;
  revoked_ancestors: { artifact: string; number: number }[];
  revoked_ancestors_hidden: number;
};

export const notRevoked: RevocationFields = {
  revocation: null,
  revoked_ancestors: [],
  revoked_ancestors_hidden: 0,
};

/**
 * The revocations of those of some versions that have one, at a moment: whether it holds is a matter of time.
 *
 * @param reader who sees them: of their causes, those of ancestors that may not be read are left out; without a reader
 *   all of ancestors
 */
export async function loadRevocations(
  db: Reader,
  versionIds: number[],
  now: string,
  reader?: Actor,
): Promise<Map<number, Revocation>> {
  if (versionIds.length === 0) return new Map();
  const byVersion = Map.groupBy(await listCauses(db, versionIds), (cause) => cause.version_id);
  return new Map([...byVersion].map(([id, causes]) => [id, viewRevocation(causes, now, reader)]));
}

/** @param causes at least one, the earliest first */
function viewRevocation(causes: CauseRow[], now: string, reader: Actor | undefined): Revocation {
  const [first] = causes;
  if (!first) throw new Error("a revocation has at least one cause");
  const isOwn = (cause: CauseRow) => cause.cause_version_id === cause.version_id;
  const shown = causes.filter((cause) => isOwn(cause) || (reader && mayRead(reader, cause.path)));
  return {
    revoked: first.effective_at <= now,
    revoked_at: first.effective_at,
    reason: first.reason,
    causes: shown.map((cause) => ({
      artifact: cause.path,
      number: cause.number ?? 0,
      own: isOwn(cause),
      reason: cause.reason,
      effective_at: cause.effective_at,
      revoked_by: cause.actor,
    })),
  };
}

/**
 * What each of some versions shows about revocation. Ancestors that the actor may not read are only counted.
 *
 * @param rows one version, or those of a page
 */
export async function loadRevocationFields(
  db: Reader,
  actor: Actor,
  rows: Pick<VersionRow, "id" | "state" | "revoked_from">[],
  now: string,
): Promise<Map<number, RevocationFields>> {
  const revoked = rows.filter((row) => row.revoked_from !== null).map((row) => row.id);
  const complete = rows.filter((row) => row.state === "complete").map((row) => row.id);
  const revocations = await loadRevocations(db, revoked, now, actor);
  const ancestors = Map.groupBy(await listRevokedAncestors(db, complete, now), (ancestor) => ancestor.seed);
  return new Map(
    rows.map(({ id }) => {
      const all = ancestors.get(id) ?? [];
      const readable = all.filter((ancestor) => mayRead(actor, ancestor.path));
      const fields = {
        revocation: revocations.get(id) ?? null,
        revoked_ancestors: readable.map(({ path, number }) => ({ artifact: path, number: number ?? 0 })),
        revoked_ancestors_hidden: all.length - readable.length,
      };
      return [id, fields];
    }),
  );
}
