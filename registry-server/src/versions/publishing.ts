import { type ArtifactName, lockExisting, lockOrCreate, pathOf } from "../artifacts/service.ts";
import { type ArtifactRow, lockFree } from "../artifacts/store.ts";
import { sameContent } from "../builds/content.ts";
import type { Build, BuildReport } from "../builds/schema.ts";
import { insertBuilds, loadBuilds, replaceBuild } from "../builds/store.ts";
import { withReadableParents } from "../builds/view.ts";
import { type Database, isOfTransaction } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import { Together } from "../database/together.ts";
import { recordEvent } from "../events/store.ts";
import { requireFiles } from "../files/holding.ts";
import { authorize } from "../tokens/scopes.ts";
import type { Caller, Clock, Unit } from "../unit.ts";
import { completeVersion } from "./completion.ts";
import { expireVersion, findOpen, isOverdue, WaitingService } from "./expiry.ts";
import { checkSamePublication, openVersion, reopenVersion } from "./opening.ts";
import { buildUnexpected, versionComplete } from "./problems.ts";
import { reportEvent } from "./reporting.ts";
import type { Publish, Version } from "./schema.ts";
import {
  findLiveVersion,
  getVersionById,
  listHolding,
  touchVersion,
  updateVersion,
  type VersionRow,
  type VersionSelector,
} from "./store.ts";
import { pickBuild, showCompleted, showVersion, sightOf, viewVersion } from "./view.ts";
import { isWhole, publishWhole } from "./whole.ts";

/** How many whole publications share a transaction: more would only make the first wait for the last. */
const mostTogether = 64;
/** How many builds, images and parents a publication has that shares one. */
const mostRows = 100;

type Publication = { name: ArtifactName; fingerprint: string; body: Publish; caller: Caller };

/** Publishes versions, whole or build by build. */
export class PublishingService extends WaitingService {
  /** Nothing when it has to go alone. */
  readonly #together: Together<Publication, Version | undefined>;

  constructor(database: Database, clock: Clock, incompleteTtlMs: number) {
    super(database, clock, incompleteTtlMs);
    const run = (publications: Publication[]) => this.#publishTogether(publications);
    this.#together = new Together(({ name }) => pathOf(name), run, mostTogether);
  }

  /**
   * Publishes a version all at once, or opens it, or both: opens it or opens it again, stores the builds that come
   * with it, and completes it when none is missing.
   *
   * @throws Problem `version_complete`, `version_differs`, `build_unexpected`; `forbidden` for a parent that the caller
   *   may not read
   */
  async publish(
    name: ArtifactName,
    fingerprint: string,
    body: Publish,
    caller: Caller,
  ): Promise<{ version: Version; created: boolean }> {
    for (const build of body.builds ?? []) authorizeParents(caller, build);
    if (isWhole(body) && isLight(body)) {
      const version = await this.#together.add({ name, fingerprint, body, caller });
      if (version) return { version, created: true };
    }
    return this.write(caller, async (unit) => {
      const { row: artifact } = await lockOrCreate(unit, name);
      const { path } = artifact;
      let version = await findLiveVersion(unit.tx, artifact.id, fingerprint);
      if (version && isOverdue(version, unit.now, this.incompleteTtlMs)) {
        await expireVersion(unit, path, version);
        version = undefined;
      }
      if (version?.state === "complete") {
        const builds = await loadBuilds(unit.tx, version.id);
        checkSamePublication(path, version, builds, body);
        return { version: await showVersion(sightOf(unit), path, version, builds), created: false };
      }
      if (!version && isWhole(body)) {
        const [whole] = await publishWhole(unit, [{ unit, artifact, fingerprint, body }]);
        if (whole) return { version: whole, created: true };
      }
      const opened = version
        ? await reopenVersion(unit, artifact, version, body)
        : await openVersion(unit, artifact, fingerprint, body);
      const builds = version ? await loadBuilds(unit.tx, opened.id) : [];
      for (const { name: build, ...report } of body.builds ?? []) {
        await storeReport(unit, artifact, opened, builds, build, report);
      }
      return { version: await finish(unit, artifact, opened), created: version === undefined };
    });
  }

  /**
   * Publishes whole versions in one transaction. Those have to go alone whose artifact is new or in somebody's hands, or
   * whose fingerprint is held; and all of them, when something is wrong with one.
   */
  async #publishTogether(publications: Publication[]): Promise<(Version | undefined)[]> {
    try {
      return await this.database.write(async (tx) => {
        const now = this.now();
        const paths = publications.map(({ name }) => pathOf(name));
        const artifacts = new Map((await lockFree(tx, paths)).map((row) => [row.path, row]));
        const ready = publications.flatMap(({ name, fingerprint, body, caller }) => {
          const artifact = artifacts.get(pathOf(name));
          return artifact ? [{ unit: { tx, now, caller }, artifact, fingerprint, body }] : [];
        });
        const asked = ready.map(({ artifact: { id }, fingerprint }) => ({ artifact_id: id, fingerprint }));
        const holding = ready.length === 0 ? new Set() : await listHolding(tx, asked);
        const free = ready.filter(({ artifact }) => !holding.has(artifact.id));
        const versions = free.length === 0 ? [] : await publishWhole({ tx, now }, free);
        const byArtifact = new Map(versions.map((version) => [version.artifact, version]));
        return paths.map((path) => byArtifact.get(path));
      });
    } catch (error) {
      const isAway = this.database.isUnavailable(error) && !isOfTransaction(error);
      if (publications.length === 1 || isAway) throw error;
      return publications.map(() => undefined);
    }
  }

  /**
   * Stores the report of a build; the last expected one completes the version.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `version_complete`, `build_unexpected`; `forbidden` for
   *   a parent that the caller may not read
   */
  async report(
    name: ArtifactName,
    selector: VersionSelector,
    buildName: string,
    report: BuildReport,
    caller: Caller,
  ): Promise<{ build: Build; version: Version }> {
    authorizeParents(caller, report);
    return this.write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      const { path } = artifact;
      const row = await findOpen(unit, artifact, selector, this.incompleteTtlMs);
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
}

/** Whether others may wait for a publication: its files may have to be counted, and many rows take their time. */
function isLight({ builds = [] }: Publish): boolean {
  const sizeOf = ({ images = [], parents = [] }: BuildReport) => 1 + images.length + parents.length;
  const rows = builds.reduce((sum, build) => sum + sizeOf(build), 0);
  return rows <= mostRows && builds.every(({ files = [] }) => files.length === 0);
}

/** Ancestry counts what it does not name: who could name anything as a parent would learn whether it exists. */
function authorizeParents(caller: Caller, { parents = [] }: Pick<BuildReport, "parents">): void {
  for (const { artifact } of parents) authorize(caller, "read", artifact);
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
  await requireFiles(unit, artifact, report);
  if (earlier) await replaceBuild(unit.tx, version.id, name, report, unit.now);
  else {
    const added = { artifactId: artifact.id, versionId: version.id, latestNumber: null, name, report };
    await insertBuilds(unit.tx, [added], unit.now);
  }
  if (!isOfNow(unit, version)) {
    await updateVersion(unit.tx, version.id, { active_at: unit.now }, unit.now);
  }
  await recordEvent(unit, reportEvent(artifact, version, name, report, earlier));
}

/** Whether a version was opened by this transaction: storing its builds then changes nothing more of it. */
function isOfNow({ now }: Unit, version: VersionRow): boolean {
  return version.active_at === now;
}

/** Completes the version when no build is missing. */
async function finish(unit: Unit, artifact: ArtifactRow, version: VersionRow): Promise<Version> {
  const row = isOfNow(unit, version) ? version : await getVersionById(unit.tx, version.id);
  const builds = await loadBuilds(unit.tx, row.id);
  const view = viewVersion(artifact.path, row, withReadableParents(builds, unit.caller));
  if (view.missing_builds.length > 0) return view;
  return showCompleted(unit, artifact.path, await completeVersion(unit, artifact, row, builds), builds);
}
