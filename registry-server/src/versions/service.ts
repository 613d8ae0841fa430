import { type ArtifactName, findExisting, lockExisting, pathOf } from "../artifacts/service.ts";
import type { Build } from "../builds/schema.ts";
import { listBuildHeads, loadBuilds } from "../builds/store.ts";
import { listPointingAt } from "../channels/store.ts";
import { canonicalJson, readJson, writeJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import { releaseFiles } from "../files/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { rewriteSearchTerms } from "../search/terms.ts";
import { type Actor, authorize } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { withoutUndefined } from "../values.ts";
import { completeVersion } from "./completion.ts";
import { deleteComplete } from "./deletion.ts";
import { findOpen, WaitingService } from "./expiry.ts";
import { nameSelector, onlyAbandons, versionInUse, versionNotFound } from "./problems.ts";
import type { Version, VersionChange, VersionState, VersionSummary } from "./schema.ts";
import { findVersion, listVersions, updateVersion, type VersionSelector } from "./store.ts";
import { pickBuild, showVersion, showVersions, sightOf } from "./view.ts";

/** Reads, changes and ends versions. */
export class VersionService extends WaitingService {
  /** @throws Problem `artifact_not_found`, `version_not_found` */
  async get(name: ArtifactName, selector: VersionSelector, actor: Actor): Promise<Version> {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    const row = await findVersion(db, artifact.id, selector);
    if (!row) throw versionNotFound(artifact.path, selector);
    return showVersion(this.#sight(actor), artifact.path, row, await loadBuilds(db, row.id));
  }

  /** @throws Problem `artifact_not_found`, `version_not_found`, `build_not_found` */
  async getBuild(name: ArtifactName, selector: VersionSelector, build: string, actor: Actor): Promise<Build> {
    return pickBuild(await this.get(name, selector, actor), build);
  }

  /** @throws Problem `artifact_not_found` */
  async list(
    name: ArtifactName,
    query: { state?: VersionState | undefined; limit?: number | undefined; cursor?: string | undefined },
    actor: Actor,
  ): Promise<{ items: VersionSummary[]; next_cursor: string | null }> {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    const size = query.limit ?? defaultPageSize;
    const before = readCursor(query.cursor, "number");
    const rows = await listVersions(db, artifact.id, query.state, before, size + 1);
    const heads = await listBuildHeads(
      db,
      rows.map((row) => row.id),
    );
    const builds = Map.groupBy(heads, (head) => head.version_id);
    const versions = rows.map((row) => {
      const summaries = (builds.get(row.id) ?? []).map(({ version_id: _, ...summary }) => summary);
      return { path: artifact.path, row, builds: summaries };
    });
    const shown = await showVersions(this.#sight(actor), versions.slice(0, size));
    return {
      ...toPage(
        rows,
        size,
        (row) => row.id,
        (row) => row,
      ),
      items: shown,
    };
  }

  /**
   * Changes description and labels; what is not given stays.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`
   */
  async change(
    name: ArtifactName,
    selector: VersionSelector,
    change: VersionChange,
    caller: Caller,
  ): Promise<Version> {
    return this.write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const row = await findVersion(unit.tx, artifact.id, selector);
      if (!row) throw versionNotFound(artifact.path, selector);
      const builds = await loadBuilds(unit.tx, row.id);
      const before = { description: row.description, labels: readJson(row.labels) };
      const after = { ...before, ...withoutUndefined(change) };
      if (canonicalJson(before) === canonicalJson(after)) {
        return showVersion(sightOf(unit), artifact.path, row, builds);
      }
      const columns = { description: after.description, labels: writeJson(after.labels) };
      const changed = await updateVersion(unit.tx, row.id, columns, unit.now);
      await rewriteSearchTerms(unit.tx, { path: artifact.path, version: changed, builds });
      const detail = { before, after };
      await recordEvent(unit, {
        action: "version.changed",
        artifact: artifact.path,
        version: changed,
        detail,
      });
      return showVersion(sightOf(unit), artifact.path, changed, builds);
    });
  }

  /**
   * Completes a version by hand, without the builds that are missing; a complete one stays as it is.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `version_incomplete` when it has no build at all
   */
  async complete(
    name: ArtifactName,
    selector: VersionSelector,
    reason: string,
    caller: Caller,
  ): Promise<Version> {
    return this.write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const row = await findOpen(unit, artifact, selector, this.incompleteTtlMs);
      const builds = await loadBuilds(unit.tx, row.id);
      if (row.state === "complete") return showVersion(sightOf(unit), artifact.path, row, builds);
      if (builds.length === 0) {
        const detail = `The version ${nameSelector(selector)} of "${artifact.path}" has no builds yet. Report one, or abandon the version.`;
        throw new Problem("version_incomplete", detail, { missing_builds: readJson(row.expected_builds) });
      }
      const completed = await completeVersion(unit, artifact, row, builds, reason);
      return showVersion(sightOf(unit), artifact.path, completed, builds);
    });
  }

  /**
   * Abandons an incomplete version, which frees its fingerprint, or deletes a complete one, which leaves a tombstone
   * that keeps its number. By its fingerprint a version is only ever abandoned: it may complete at any moment, and who
   * wants to end an unfinished one must not delete a finished one.
   *
   * @returns the version when it was abandoned or had ended before; nothing when it was deleted
   * @throws Problem `artifact_not_found`, `version_not_found`, `version_complete` by fingerprint, `forbidden`,
   *   `version_in_use` when a channel points at it
   */
  async remove(
    name: ArtifactName,
    selector: VersionSelector,
    reason: string | undefined,
    caller: Caller,
  ): Promise<Version | undefined> {
    return this.write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const { path } = artifact;
      const row = await findVersion(unit.tx, artifact.id, selector);
      if (!row) throw versionNotFound(path, selector);
      if (row.state === "complete") {
        if (selector.number === undefined) throw onlyAbandons(path, selector, row);
        authorize(caller, "admin", path);
        const channels = (await listPointingAt(unit.tx, [row.id])).map((channel) => channel.name);
        if (channels.length > 0) throw versionInUse(path, row, channels);
        await deleteComplete(unit, artifact, [row], reason);
        return undefined;
      }
      const builds = await loadBuilds(unit.tx, row.id);
      if (row.state !== "incomplete") return showVersion(sightOf(unit), path, row, builds);
      const why = reason === undefined ? {} : { reason };
      await releaseFiles(unit.tx, { version: row.id }, unit.now);
      const abandoned = await updateVersion(unit.tx, row.id, { state: "abandoned" }, unit.now);
      await recordEvent(unit, { action: "version.abandoned", artifact: path, version: row, detail: why });
      return showVersion(sightOf(unit), path, abandoned, builds);
    });
  }

  #sight(actor: Actor) {
    return { db: this.database.reads, actor, now: this.now() };
  }
}
