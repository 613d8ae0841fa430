import { lockArtifactById } from "../artifacts/store.ts";
import { assign, findEarlier } from "../channels/assigning.ts";
import { listPointingAt } from "../channels/store.ts";
import type { Unit } from "../unit.ts";
import type { Revoked } from "./schema.ts";

/**
 * Rolls back every channel that points at one of the versions, in the transaction that revoked them. A channel with
 * nothing to go back to stays where it is.
 *
 * @returns what each channel pointed at and what it points at now
 */
export async function rollBackChannels(
  unit: Unit,
  versionIds: number[],
  why: { cause: number; reason: string },
): Promise<Revoked["channels"]> {
  const { tx, now } = unit;
  const moved: Revoked["channels"] = [];
  for (const { path, ...channel } of await listPointingAt(tx, versionIds)) {
    const artifact = await lockArtifactById(tx, channel.artifact_id);
    const { version, skipped } = await findEarlier(tx, artifact, channel, now);
    if (version) await assign(unit, artifact, channel, version, { kind: "revocation", ...why });
    moved.push({
      artifact: path,
      channel: channel.name,
      from: channel.number ?? 0,
      to: version?.number ?? null,
      skipped,
    });
  }
  return moved;
}
