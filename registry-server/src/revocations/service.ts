import { lockLinks } from "../ancestry/store.ts";
import { artifactNotFound } from "../artifacts/problems.ts";
import { type ArtifactName, findExisting, lockExisting, pathOf } from "../artifacts/service.ts";
import { type ArtifactRow, findArtifact, lockArtifact, lockArtifactById } from "../artifacts/store.ts";
import { latest } from "../channels/problems.ts";
import { listPointingAt } from "../channels/store.ts";
import type { Reader } from "../database/database.ts";
import { recordEvent } from "../events/store.ts";
import { Problem } from "../http/problem.ts";
import { Service } from "../service.ts";
import { allowsAll } from "../tokens/reach.ts";
import { type Actor, authorize, mayRead } from "../tokens/scopes.ts";
import type { Caller, Unit } from "../unit.ts";
import { nameSelector, versionNotFound } from "../versions/problems.ts";
import { findVersion, getVersionById, type VersionRow, type VersionSelector } from "../versions/store.ts";
import { walk } from "./lineage.ts";
import { rollBackChannels } from "./rolling-back.ts";
import type { Preview, RevocationState, Revoke, Revoked } from "./schema.ts";
import { setRevocation } from "./setting.ts";
import {
  deleteCauses,
  describeVersions,
  filterLatest,
  findNumbered,
  findOwnCause,
  listConsumers,
  listHeirs,
  refreshRevokedFrom,
} from "./store.ts";
import { loadRevocationFields } from "./view.ts";

const mostConsumers = 100;
const mostDescendants = 1_000;

/** Revokes versions, takes that back, and tells beforehand what it would touch. */
export class RevocationService extends Service {
  /** @throws Problem `artifact_not_found`, `version_not_found` */
  async get(name: ArtifactName, selector: VersionSelector, caller: Actor): Promise<RevocationState> {
    const { artifact, version } = await this.#find(name, selector);
    return viewState(this.database.reads, caller, artifact.path, version, this.now());
  }

  /**
   * Revokes a version, or changes its revocation. What is as it should be already stays, so that it can be repeated.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `version_incomplete`, `revocation_in_force`; `forbidden`
   *   when it reaches descendants, and the caller may not promote all of the namespace
   */
  async revoke(
    name: ArtifactName,
    selector: VersionSelector,
    body: Revoke,
    caller: Caller,
  ): Promise<Revoked> {
    if (body.with_descendants) authorizeReaching(caller, name.namespace);
    return this.write(caller, async (unit) => {
      const { tx, now } = unit;
      if (body.rollback_channels) await lockInvolved(unit, pathOf(name), selector);
      const artifact = await lockExisting(unit, pathOf(name));
      const version = await findVersion(tx, artifact.id, selector);
      if (!version) throw versionNotFound(artifact.path, selector);
      if (version.state !== "complete") throw notComplete(artifact.path, selector, version);
      await lockLinks(tx);
      if ((await findOwnCause(tx, version.id))?.spread) authorizeReaching(caller, name.namespace);
      const event = await setRevocation(unit, artifact.path, version, body);
      const heirs = await listHeirs(tx, version.id);
      const channels = body.rollback_channels
        ? await rollBackChannels(unit, [version.id, ...heirs], { cause: event, reason: body.reason })
        : [];
      const state = await viewState(tx, caller, artifact.path, await getVersionById(tx, version.id), now);
      const stuck = channels.filter((channel) => channel.to === null);
      return {
        ...state,
        descendants: heirs.length,
        channels,
        warnings: stuck.map(({ artifact: path, channel, from }) => ({
          code: "channel_not_rolled_back",
          message: `"${channel}" of "${path}" still points at version ${from}: it has no earlier version to go back to.`,
        })),
      };
    });
  }

  /**
   * Removes a version's own cause and exactly those that descendants have from it. Without one it changes nothing.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `forbidden` as {@link revoke}
   */
  async restore(
    name: ArtifactName,
    selector: VersionSelector,
    reason: string | undefined,
    caller: Caller,
  ): Promise<RevocationState> {
    return this.write(caller, async (unit) => {
      const { tx, now } = unit;
      // What descendants have from a version can be taken back even after its artifact was deleted.
      const artifact = await lockArtifact(tx, pathOf(name));
      if (!artifact) throw artifactNotFound(pathOf(name));
      const version = await findRevocable(tx, artifact, selector);
      await lockLinks(tx);
      const own = await findOwnCause(tx, version.id);
      if (own?.spread) authorizeReaching(caller, name.namespace);
      if (own) {
        const heirs = await describeVersions(tx, await listHeirs(tx, version.id));
        await deleteCauses(tx, version.id, { onlyInherited: false });
        await refreshRevokedFrom(tx, [version.id, ...heirs.map((heir) => heir.id)], now);
        const before = {
          reason: own.reason,
          effective_at: own.effective_at,
          with_descendants: own.spread === 1,
        };
        const why = reason === undefined ? {} : { reason };
        const event = await recordEvent(unit, {
          action: "revocation.removed",
          artifact: artifact.path,
          version,
          detail: { before, ...why },
          cause: own.event_id,
        });
        const from = { artifact: artifact.path, number: version.number };
        for (const heir of heirs) {
          const detail = { before: { ...before, revoked_by: from }, ...why };
          await recordEvent(unit, {
            action: "revocation.removed",
            artifact: heir.path,
            version: heir,
            detail,
            cause: event,
          });
        }
      }
      return viewState(tx, caller, artifact.path, await getVersionById(tx, version.id), now);
    });
  }

  /** @throws Problem `artifact_not_found`, `version_not_found` */
  async preview(
    name: ArtifactName,
    selector: VersionSelector,
    withDescendants: boolean,
    caller: Actor,
  ): Promise<Preview> {
    const db = this.database.reads;
    const { artifact, version } = await this.#find(name, selector);
    const depths = await walk(db, version.id, "down");
    const all = await describeVersions(db, [...depths.keys()]);
    const below = all.filter((one) => one.id !== version.id && one.state === "complete");
    const readable = below.filter((one) => mayRead(caller, one.path));
    const isRevokedToo = (path: string) =>
      withDescendants && namespaceOf(path) === namespaceOf(artifact.path);
    const descendants = readable
      .map((one) => ({
        artifact: one.path,
        number: one.number ?? 0,
        depth: depths.get(one.id) ?? 0,
        will_be_revoked: isRevokedToo(one.path),
      }))
      .sort((a, b) => a.depth - b.depth || (a.artifact < b.artifact ? -1 : 1) || a.number - b.number);
    const touched = all.filter(
      (one) =>
        one.id === version.id ||
        (one.state === "complete" && isRevokedToo(one.path) && mayRead(caller, one.path)),
    );
    const ids = touched.map((one) => one.id);
    const named = (await listPointingAt(db, ids)).map((row) => ({ artifact: row.path, channel: row.name }));
    const managed = (await filterLatest(db, touched)).map(({ path }) => ({
      artifact: path,
      channel: latest,
    }));
    const consumers = await listConsumers(db, ids, mostConsumers + 1);
    return {
      channels: [...named, ...managed],
      consumers: consumers.slice(0, mostConsumers).map((row) => ({ ...row, number: row.number ?? 0 })),
      descendants: descendants.slice(0, mostDescendants),
      hidden_descendants: below.length - readable.length,
      truncated: consumers.length > mostConsumers || descendants.length > mostDescendants,
    };
  }

  async #find(name: ArtifactName, selector: VersionSelector) {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    return { artifact, version: await findRevocable(db, artifact, selector) };
  }
}

/** A version, also one that was deleted when its number is given: what descendants have from it can be taken back. */
async function findRevocable(
  db: Reader,
  artifact: ArtifactRow,
  selector: VersionSelector,
): Promise<VersionRow> {
  const version =
    selector.number === undefined
      ? await findVersion(db, artifact.id, selector)
      : await findNumbered(db, artifact.id, selector.number);
  if (version && (version.state !== "deleted" || (await findOwnCause(db, version.id)))) return version;
  if (artifact.deleted_at !== null) throw artifactNotFound(artifact.path);
  throw versionNotFound(artifact.path, selector);
}

/**
 * Locks the artifacts whose channels may have to move, before anything else is locked and in the order of their ids,
 * so that two who revoke do not wait for each other.
 */
async function lockInvolved({ tx }: Unit, path: string, selector: VersionSelector): Promise<void> {
  const artifact = await findArtifact(tx, path);
  const version = artifact && (await findVersion(tx, artifact.id, selector));
  if (!version) return;
  const below = await describeVersions(tx, [...(await walk(tx, version.id, "down")).keys()]);
  const involved = below.filter((one) => namespaceOf(one.path) === namespaceOf(path));
  const ids = [...new Set([version.artifact_id, ...involved.map((one) => one.artifact_id)])];
  for (const id of ids.sort((a, b) => a - b)) await lockArtifactById(tx, id);
}

async function viewState(
  db: Reader,
  caller: Actor,
  path: string,
  version: VersionRow,
  now: string,
): Promise<RevocationState> {
  const fields = (await loadRevocationFields(db, caller, [version], now)).get(version.id);
  const { revocation, revoked_ancestors = [], revoked_ancestors_hidden = 0 } = fields ?? {};
  return {
    artifact: path,
    number: version.number ?? 0,
    revoked: revocation?.revoked ?? false,
    revoked_at: revocation?.revoked_at ?? null,
    reason: revocation?.reason ?? null,
    causes: revocation?.causes ?? [],
    revoked_ancestors,
    revoked_ancestors_hidden,
  };
}

function notComplete(path: string, selector: VersionSelector, version: VersionRow): Problem {
  if (version.state !== "incomplete") return versionNotFound(path, selector, version);
  const detail = `The version ${nameSelector(selector)} of "${path}" is not complete, so nobody can resolve it. Abandon it instead.`;
  return new Problem("version_incomplete", detail);
}

/** What descendants have from a version may be in any artifact of the namespace. @throws Problem `forbidden` */
function authorizeReaching(caller: Actor, namespace: string): void {
  const everyArtifact = { scope: "promote", pattern: `${namespace}/*` } as const;
  if (!allowsAll(caller, everyArtifact)) authorize(caller, "promote", namespace);
}

function namespaceOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}
