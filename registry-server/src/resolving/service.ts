import { artifactNotFound } from "../artifacts/problems.ts";
import { findArtifact } from "../artifacts/store.ts";
import { loadBuilds } from "../builds/store.ts";
import type { Database } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { versionNotFound } from "../versions/problems.ts";
import type { Version } from "../versions/schema.ts";
import { getVersionById } from "../versions/store.ts";
import { viewVersion } from "../versions/view.ts";
import { RevisionCache } from "./cache.ts";
import { compileConstraint } from "./constraint.ts";
import { available, combine, matchBuilds } from "./filter.ts";
import type { Resolved, Selection } from "./schema.ts";
import { type Found, findByFingerprint, findByNumber, findHighest, findLatest } from "./store.ts";

/** Characters of JSON that are kept of complete versions: some ten thousand versions of usual size. */
const cacheWeight = 16 * 1024 * 1024;

/**
 * Resolves selectors to versions. Each takes a fixed number of index look-ups, however many versions there are, and
 * reading the version itself only when this server has not read that revision before.
 */
export class ResolvingService {
  readonly #database: Database;
  readonly #versions = new RevisionCache<Version>(cacheWeight);

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param path `namespace/artifact`
   * @throws Problem when there is no such artifact, version or channel, when nothing is left after the filters, or
   *   when several images are left although `region` or `build` was given
   */
  async resolve(path: string, selection: Selection): Promise<Resolved> {
    const found = await this.#find(path, selection);
    const version = this.#versions.get(found.id, found.revision) ?? (await this.#load(path, found));
    return this.#answer(version, selection);
  }

  async #find(path: string, selection: Selection): Promise<Found> {
    const db = this.#database.reads;
    const { version: number, constraint, fingerprint, channel = "latest" } = selection;
    let found: Found | undefined;
    if (number !== undefined) found = await findByNumber(db, path, number);
    else if (fingerprint !== undefined) found = await findByFingerprint(db, path, fingerprint);
    else if (constraint !== undefined) found = await this.#findByConstraint(path, constraint);
    else if (channel === "latest") found = await findLatest(db, path, selection.type);
    if (found?.state === "complete") return found;
    throw await this.#notFound(path, selection, found);
  }

  async #findByConstraint(path: string, constraint: string): Promise<Found | undefined> {
    let highest: ({ key: string | null } & Found) | undefined;
    for (const scan of compileConstraint(constraint)) {
      const found = await findHighest(this.#database.reads, path, scan);
      if (found && (!highest || (found.key ?? "") > (highest.key ?? ""))) highest = found;
    }
    return highest;
  }

  /** Why a selector found no complete version. */
  async #notFound(path: string, selection: Selection, found: Found | undefined): Promise<Problem> {
    const db = this.#database.reads;
    if (!(await findArtifact(db, path))) return artifactNotFound(path);
    const { version: number, constraint, fingerprint, channel = "latest", type } = selection;
    if (fingerprint !== undefined && found?.state === "incomplete") {
      const version = await this.#read(path, found.id);
      const missing = version.missing_builds;
      const detail = `The version of "${path}" with this fingerprint is not complete: it waits for ${missing.join(", ")}.`;
      return new Problem("version_incomplete", detail, { missing_builds: missing });
    }
    if (number !== undefined) return versionNotFound(path, { number });
    if (fingerprint !== undefined) return versionNotFound(path, { fingerprint });
    if (constraint !== undefined) {
      const detail = `No complete version of "${path}" has a semantic version that matches "${constraint}".`;
      return new Problem("version_not_found", detail);
    }
    if (channel !== "latest") {
      return new Problem("channel_not_found", `There is no channel "${channel}" in "${path}".`);
    }
    const latest = await findLatest(db, path, undefined);
    if (!latest || type === undefined) {
      return new Problem(
        "channel_empty",
        `"latest" of "${path}" points nowhere: it has no complete version yet.`,
      );
    }
    const version = await this.#read(path, latest.id);
    const detail = `No version of "${path}" has a build of type "${type}". Version ${version.number} has ${available(version).types.join(", ")}.`;
    return new Problem("no_match", detail, { available: available(version) });
  }

  async #load(path: string, { id, revision }: Found): Promise<Version> {
    const version = await this.#read(path, id);
    this.#versions.set(id, revision, version, JSON.stringify(version).length);
    return version;
  }

  async #read(path: string, id: number): Promise<Version> {
    const row = await getVersionById(this.#database.reads, id);
    return viewVersion(path, row, await loadBuilds(this.#database.reads, id));
  }

  #answer(version: Version, selection: Selection): Resolved {
    const matches = matchBuilds(version, selection);
    if (matches.length === 0) throw noMatch(version, selection);
    const combined = combine(matches);
    const { images } = combined;
    const [image, ...others] = images;
    if (others.length > 0 && (selection.region !== undefined || selection.build !== undefined)) {
      throw ambiguous(version, images);
    }
    const { artifact, number, semver, fingerprint, description, created_at, completed_at, warnings } =
      version;
    return {
      artifact,
      number: number ?? 0,
      semver,
      fingerprint,
      description,
      created_at,
      completed_at: completed_at ?? created_at,
      channel: channelOf(selection),
      external_id: others.length === 0 ? (image?.external_id ?? null) : null,
      ...combined,
      revocation: null,
      warnings: [...warnings, ...combined.warnings],
    };
  }
}

/** The channel that was asked for, which is `latest` when nothing else was. */
function channelOf({ channel, version, constraint, fingerprint }: Selection): string | null {
  const hasOther = version !== undefined || constraint !== undefined || fingerprint !== undefined;
  return hasOther ? null : (channel ?? "latest");
}

function noMatch(version: Version, { type, platform, region, build, labels }: Selection): Problem {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `label ${key}=${value}`);
  const given = Object.entries({ type, platform, region, build }).filter(([, value]) => value !== undefined);
  const filters = [...given.map(([key, value]) => `${key} "${value}"`), ...pairs].join(", ");
  const has = available(version);
  const lists = Object.entries(has).map(([key, values]) => `${key}: ${values.join(", ") || "none"}`);
  const detail = `Version ${version.number} of "${version.artifact}" has nothing for ${filters}. It has ${lists.join("; ")}.`;
  return new Problem("no_match", detail, { available: has });
}

function ambiguous(version: Version, images: Resolved["images"]): Problem {
  const ids = images.map(
    (image) => `${image.external_id} (${image.build}, ${image.platform} ${image.region})`,
  );
  const shown = ids.length > 10 ? [...ids.slice(0, 10), `${ids.length - 10} more`] : ids;
  const detail = `Version ${version.number} of "${version.artifact}" has ${ids.length} images for these filters: ${shown.join(", ")}. Add a filter (build, platform, region, type or labels).`;
  return new Problem("ambiguous", detail, { images });
}
