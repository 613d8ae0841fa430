/**
 * Moving a channel, in a transaction that has locked its artifact.
 *
 * Going back means: to the newest version that was assigned before the present one was assigned for the first time.
 * What somebody rolled back from lies after that, so rolling back again never restores it.
 */
import type { ArtifactRow } from "../artifacts/store.ts";
import type { Reader } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import type { AssignmentKind } from "../database/schema.ts";
import { recordEvent } from "../events/store.ts";
import { loadRevocations } from "../revocations/view.ts";
import type { Unit } from "../unit.ts";
import type { VersionRow } from "../versions/store.ts";
import { versionRevoked } from "./problems.ts";
import { checkScopeRule, findBrokenRule } from "./rules.ts";
import type { Skipped } from "./schema.ts";
import {
  type ChannelRow,
  findFirstAssignment,
  insertAssignment,
  listAssignedBefore,
  updateChannel,
} from "./store.ts";

const batch = 100;

export type Reasons = {
  kind: AssignmentKind;
  reason?: string | undefined;
  /** The channel that the version is promoted from. */
  source?: string;
  /** The event that caused it. */
  cause?: number;
};

/** Points a channel at a version, or nowhere. Whether it may be so has been checked. */
export async function assign(
  unit: Unit,
  artifact: Pick<ArtifactRow, "path">,
  channel: ChannelRow,
  version: Pick<VersionRow, "id" | "number"> | null,
  { kind, reason, source, cause }: Reasons,
): Promise<void> {
  const event = await recordEvent(unit, {
    action: "channel.assigned",
    artifact: artifact.path,
    ...(version && { version }),
    detail: {
      before: { channel: channel.name, version: channel.number },
      after: { channel: channel.name, version: version?.number ?? null, kind, ...(source && { source }) },
      ...(reason !== undefined && { reason }),
    },
    cause,
  });
  const assignment = await insertAssignment(unit.tx, {
    channel_id: channel.id,
    version_id: version?.id ?? null,
    kind,
    reason: reason ?? null,
    actor: unit.caller.name,
    source_channel: source ?? null,
    event_id: event,
    cause_id: cause ?? null,
    at: unit.now,
  });
  const columns = { version_id: version?.id ?? null, assignment_id: assignment };
  await updateChannel(unit.tx, channel.id, columns, unit.now);
}

/** Points a channel at a version that its rules allow; it stays where it is when it points there already. */
export async function move(
  unit: Unit,
  artifact: ArtifactRow,
  row: ChannelRow,
  version: VersionRow | null,
  reasons: Reasons,
): Promise<void> {
  const named = { name: row.name, rules: readJson(row.rules) };
  checkScopeRule(unit.caller, artifact.path, named);
  if (row.version_id === (version?.id ?? null)) return;
  if (version) {
    const reason = await findRevokedReason(unit.tx, version, unit.now);
    if (reason !== undefined) throw versionRevoked(artifact.path, version.number, reason);
    const broken = await findBrokenRule(unit.tx, artifact, named, version);
    if (broken) throw broken;
  }
  await assign(unit, artifact, row, version, reasons);
}

/** Why a version is revoked at a moment; nothing when it is not, or not yet. */
export async function findRevokedReason(
  db: Reader,
  version: Pick<VersionRow, "id" | "revoked_from">,
  now: string,
): Promise<string | undefined> {
  if (version.revoked_from === null || version.revoked_from > now) return undefined;
  return (await loadRevocations(db, [version.id], now)).get(version.id)?.reason ?? "revoked";
}

/** What a channel can go back to, and the newer versions that are passed over. */
export async function findEarlier(
  db: Reader,
  artifact: ArtifactRow,
  channel: ChannelRow,
  now: string,
): Promise<{ version?: VersionRow; skipped: Skipped }> {
  const skipped: Skipped = [];
  const seen = new Set<number>();
  let before = await positionOf(db, channel);
  while (before !== undefined) {
    const earlier: Awaited<ReturnType<typeof listAssignedBefore>> = await listAssignedBefore(
      db,
      channel.id,
      before,
      batch,
    );
    for (const version of earlier) {
      if (seen.has(version.id)) continue;
      seen.add(version.id);
      const obstacle = await findObstacle(db, artifact, channel, version, now);
      if (obstacle === undefined) return { version, skipped };
      skipped.push({ number: version.number ?? 0, reason: obstacle });
    }
    before = earlier.length === batch ? earlier.at(-1)?.assignment : undefined;
  }
  return { skipped };
}

/** The first assignment of what the channel points at; of an emptied channel, the one that emptied it. */
async function positionOf(db: Reader, channel: ChannelRow): Promise<number | undefined> {
  if (channel.version_id === null) return channel.assignment_id ?? undefined;
  return findFirstAssignment(db, channel.id, channel.version_id);
}

async function findObstacle(
  db: Reader,
  artifact: ArtifactRow,
  channel: ChannelRow,
  version: VersionRow,
  now: string,
): Promise<string | undefined> {
  const reason = await findRevokedReason(db, version, now);
  if (reason !== undefined) return `revoked: ${reason}`;
  const named = { name: channel.name, rules: readJson(channel.rules) };
  return (await findBrokenRule(db, artifact, named, version))?.message;
}
