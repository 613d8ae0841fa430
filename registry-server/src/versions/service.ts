import { artifactNotFound } from "../artifacts/problems.ts";
import { type ArtifactName, lockExisting, lockOrCreate, pathOf } from "../artifacts/service.ts";
import { type ArtifactRow, findArtifact } from "../artifacts/store.ts";
import { sameContent } from "../builds/content.ts";
import type { Build, BuildReport } from "../builds/schema.ts";
import { listBuildHeads, loadBuilds, writeBuild } from "../builds/store.ts";
import { listPointingAt } from "../channels/store.ts";
import type { Database } from "../database/database.ts";
import { canonicalJson, readJson, writeJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { rewriteSearchTerms } from "../search/terms.ts";
import { type Actor, authorize } from "../tokens/scopes.ts";
import type { Caller, Clock, Unit } from "../unit.ts";
import { withoutUndefined } from "../values.ts";
import { completeVersion } from "./completion.ts";
import { deleteComplete } from "./deletion.ts";
import { expireVersion, isOverdue } from "./expiry.ts";
import { checkSamePublication, openVersion, reopenVersion } from "./opening.ts";
import {
  buildUnexpected,
  nameSelector,
  onlyAbandons,
  versionComplete,
  versionInUse,
  versionNotFound,
} from "./problems.ts";
import type { Publish, Version, VersionChange, VersionState, VersionSummary } from "./schema.ts";
import {
  findLiveVersion,
  findVersion,
  listVersions,
  touchVersion,
  updateVersion,
  type VersionRow,
  type VersionSelector,
} from "./store.ts";
import { showVersion, showVersions, sightOf, viewVersion } from "./view.ts";

/** Publishes, reads, changes and ends versions. */
export class VersionService {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #incompleteTtlMs: number;

  constructor(database: Database, clock: Clock, incompleteTtlMs: number) {
    this.#database = database;
    this.#clock = clock;
    this.#incompleteTtlMs = incompleteTtlMs;
  }

  /**
   * Publishes a version all at once, or opens it, or both: opens it or opens it again, stores the builds that come
   * with it, and completes it when none is missing.
   *
   * @throws Problem `version_complete`, `version_differs`, `build_unexpected`
   */
  async publish(
    name: ArtifactName,
    fingerprint: string,
    body: Publish,
    caller: Caller,
  ): Promise<{ version: Version; created: boolean }> {
    return this.#write(caller, async (unit) => {
      const { row: artifact } = await lockOrCreate(unit, name);
      const { path } = artifact;
      let version = await findLiveVersion(unit.tx, artifact.id, fingerprint);
      if (version && this.#isOverdue(version, unit.now)) {
        await expireVersion(unit, path, version);
        version = undefined;
      }
      if (version?.state === "complete") {
        const builds = await loadBuilds(unit.tx, version.id);
        checkSamePublication(path, version, builds, body);
        return { version: await showVersion(sightOf(unit), path, version, builds), created: false };
      }
      const opened = version
        ? await reopenVersion(unit, artifact, version, body)
        : await openVersion(unit, artifact, fingerprint, body);
      const builds = await loadBuilds(unit.tx, opened.id);
      for (const { name: build, ...report } of body.builds ?? []) {
        await storeReport(unit, artifact, opened, builds, build, report);
      }
      return { version: await finish(unit, artifact, opened), created: version === undefined };
    });
  }

  /**
   * Stores the report of a build; the last expected one completes the version.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `version_complete`, `build_unexpected`
   */
  async report(
    name: ArtifactName,
    selector: VersionSelector,
    buildName: string,
    report: BuildReport,
    caller: Caller,
  ): Promise<{ build: Build; version: Version }> {
    return this.#write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const { path } = artifact;
      const row = await this.#findOpen(unit, artifact, selector);
      const builds = await loadBuilds(unit.tx, row.id);
      if (row.state === "complete") {
        const build = builds.find((known) => known.name === buildName);
        if (!build) throw versionComplete(path, row, builds, `it has no build "${buildName}"`);
        if (!sameContent(build, report)) {
          throw versionComplete(path, row, builds, `its build "${buildName}" has another content`);
        }
        return { build, version: await showVersion(sightOf(unit), path, row, builds) };
      }
      await storeReport(unit, artifact, row, builds, buildName, report);
      const version = await finish(unit, artifact, row);
      return { build: pickBuild(version, buildName), version };
    });
  }

  /** @throws Problem `artifact_not_found`, `version_not_found` */
  async get(name: ArtifactName, selector: VersionSelector, actor: Actor): Promise<Version> {
    const db = this.#database.reads;
    const artifact = await this.#artifact(name);
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
    const db = this.#database.reads;
    const artifact = await this.#artifact(name);
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
    return this.#write(caller, async (unit) => {
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
      await rewriteSearchTerms(unit.tx, artifact.path, changed, builds);
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
    return this.#write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const row = await this.#findOpen(unit, artifact, selector);
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
    return this.#write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const { path } = artifact;
      const row = await findVersion(unit.tx, artifact.id, selector);
      if (!row) throw versionNotFound(path, selector);
      if (row.state === "complete") {
        if (selector.number === undefined) throw onlyAbandons(path, selector, row);
        authorize(caller, "admin", name.namespace);
        const channels = (await listPointingAt(unit.tx, [row.id])).map((channel) => channel.name);
        if (channels.length > 0) throw versionInUse(path, row, channels);
        await deleteComplete(unit, artifact, [row], reason);
        return undefined;
      }
      const builds = await loadBuilds(unit.tx, row.id);
      if (row.state !== "incomplete") return viewVersion(path, row, builds);
      const why = reason === undefined ? {} : { reason };
      const abandoned = await updateVersion(unit.tx, row.id, { state: "abandoned" }, unit.now);
      await recordEvent(unit, { action: "version.abandoned", artifact: path, version: row, detail: why });
      return viewVersion(path, abandoned, builds);
    });
  }

  #sight(actor: Actor) {
    return { db: this.#database.reads, actor, now: this.#clock().toISOString() };
  }

  #write<T>(caller: Caller, work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.#database.write((tx) => work({ tx, now: this.#clock().toISOString(), caller }));
  }

  async #artifact(name: ArtifactName): Promise<ArtifactRow> {
    const artifact = await findArtifact(this.#database.reads, pathOf(name));
    if (!artifact) throw artifactNotFound(pathOf(name));
    return artifact;
  }

  #isOverdue(version: VersionRow, now: string): boolean {
    return isOverdue(version, now, this.#incompleteTtlMs);
  }

  /** A version that can still be written to, or is complete; one that has ended is not found. */
  async #findOpen(unit: Unit, artifact: ArtifactRow, selector: VersionSelector): Promise<VersionRow> {
    const row = await findVersion(unit.tx, artifact.id, selector);
    if (!row) throw versionNotFound(artifact.path, selector);
    // An overdue version counts as expired even when the job that expires it has not come to it yet.
    const hasEnded = row.state === "abandoned" || row.state === "expired" || this.#isOverdue(row, unit.now);
    if (hasEnded) throw versionNotFound(artifact.path, selector, row);
    return row;
  }
}

/** Stores a report of an incomplete version, in place of an earlier one; one that says the same changes nothing. */
async function storeReport(
  unit: Unit,
  artifact: ArtifactRow,
  version: VersionRow,
  builds: Build[],
  name: string,
  report: BuildReport,
): Promise<void> {
  const expected = readJson(version.expected_builds);
  if (!expected.includes(name)) throw buildUnexpected(artifact.path, name, expected);
  const earlier = builds.find((build) => build.name === name);
  if (earlier && sameContent(earlier, report)) {
    await touchVersion(unit.tx, version.id, unit.now);
    return;
  }
  const owner = { artifactId: artifact.id, versionId: version.id, replaces: earlier !== undefined };
  await writeBuild(unit.tx, owner, name, report, unit.now);
  await updateVersion(unit.tx, version.id, { active_at: unit.now }, unit.now);
  const after = { name, artifact_type: report.artifact_type, images: report.images ?? [] };
  const action = earlier ? "build.replaced" : "build.reported";
  // The images of an earlier report exist somewhere and cost money: the event is where they can still be found.
  const detail = earlier ? { before: earlier, after } : { after };
  await recordEvent(unit, { action, artifact: artifact.path, version, detail });
}

/** Completes the version when no build is missing. */
async function finish(unit: Unit, artifact: ArtifactRow, version: VersionRow): Promise<Version> {
  const row = (await findVersion(unit.tx, artifact.id, { fingerprint: version.fingerprint })) ?? version;
  const builds = await loadBuilds(unit.tx, row.id);
  const view = viewVersion(artifact.path, row, builds);
  if (view.missing_builds.length > 0) return view;
  const completed = await completeVersion(unit, artifact, row, builds);
  return showVersion(sightOf(unit), artifact.path, completed, builds);
}

function pickBuild(version: Version, name: string): Build {
  const build = version.builds.find((known) => known.name === name);
  if (build) return build;
  const builds = version.builds.map((known) => known.name);
  const which = version.number === null ? `fingerprint:${version.fingerprint}` : version.number;
  const detail = `Version ${which} of "${version.artifact}" has no build "${name}"; it has ${builds.join(", ") || "none yet"}.`;
  throw new Problem("build_not_found", detail, { builds });
}
