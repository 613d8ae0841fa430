import type { ArtifactRow } from "../artifacts/store.ts";
import type { Reader } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import { Problem } from "../http/problem.ts";
import type { Unit } from "../unit.ts";
import { nameSelector, versionNotFound } from "../versions/problems.ts";
import {
  findLatest,
  findVersion,
  getVersionById,
  type VersionRow,
  type VersionSelector,
} from "../versions/store.ts";
import { channelEmpty, channelNotFound, latest, nothingToRollBack } from "./problems.ts";
import { type ChannelRow, findChannel, findFirstAssignment, listNames } from "./store.ts";

/** @throws Problem `channel_not_found`, which names those that are there */
export async function find(db: Reader, artifact: ArtifactRow, channel: string): Promise<ChannelRow> {
  const row = await findChannel(db, artifact.id, channel);
  if (!row) throw channelNotFound(artifact.path, channel, await listNames(db, artifact.id));
  return row;
}

/** @throws Problem `version_not_found`, `version_incomplete` */
export async function findComplete(
  { tx }: Unit,
  artifact: ArtifactRow,
  selector: VersionSelector,
): Promise<VersionRow> {
  const version = await findVersion(tx, artifact.id, selector);
  if (version?.state === "complete") return version;
  if (version?.state !== "incomplete") throw versionNotFound(artifact.path, selector, version);
  const detail = `The version ${nameSelector(selector)} of "${artifact.path}" is not complete, and no channel can be made to point at such a one. Report its missing builds, or complete it.`;
  throw new Problem("version_incomplete", detail, { expected_builds: readJson(version.expected_builds) });
}

/**
 * The version that a channel points at, `latest` included.
 *
 * @throws Problem `channel_not_found`, `channel_empty`
 */
export async function findPointedAt(db: Reader, artifact: ArtifactRow, channel: string): Promise<VersionRow> {
  if (channel === latest) {
    const version = await findLatest(db, artifact.id);
    if (!version) throw channelEmpty(artifact.path, channel);
    return version;
  }
  const { version_id: id } = await find(db, artifact, channel);
  if (id === null) throw channelEmpty(artifact.path, channel);
  return getVersionById(db, id);
}

/**
 * Gives back a version that the channel has pointed at before.
 *
 * @throws Problem `nothing_to_roll_back`
 */
export async function checkWasOn(
  db: Reader,
  artifact: ArtifactRow,
  row: ChannelRow,
  version: VersionRow,
): Promise<VersionRow> {
  if ((await findFirstAssignment(db, row.id, version.id)) !== undefined) return version;
  throw nothingToRollBack(artifact.path, row.name, [], version.number);
}
