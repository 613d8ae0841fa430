import { artifactNotFound } from "../artifacts/problems.ts";
import { findArtifact } from "../artifacts/store.ts";
import { loadBuilds } from "../builds/store.ts";
import { channelEmpty, channelNotFound } from "../channels/problems.ts";
import { findChannel, listNames } from "../channels/store.ts";
import type { Consumptions } from "../consumers/consumptions.ts";
import type { Reader } from "../consumers/reader.ts";
import type { Database } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { andThen, type Maybe } from "../maybe.ts";
import { loadRevocations } from "../revocations/view.ts";
import { Service } from "../service.ts";
import type { Clock } from "../unit.ts";
import { versionNotFound } from "../versions/problems.ts";
import type { Version } from "../versions/schema.ts";
import { getVersionById } from "../versions/store.ts";
import { viewVersion } from "../versions/view.ts";
import { RevisionCache } from "./cache.ts";
import { compileConstraint } from "./constraint.ts";
import { available, combine, matchBuilds } from "./filter.ts";
import { isRevoked, type Revoked, revokedAnswer, revokedProblem, skippedWarning } from "./revoked.ts";
import type { Resolved, Selection } from "./schema.ts";
import {
  type Found,
  findAssignedBefore,
  findByChannel,
  findByFingerprint,
  findByNumber,
  findHighest,
  findLatest,
  findLatestBelow,
} from "./store.ts";

/** Characters of JSON that are kept of complete versions: some ten thousand versions of usual size. */
const cacheWeight = 16 * 1024 * 1024;

/** Answers with more images and files than this are put together each time, so that memory stays bounded. */
const largestKept = 100;

/**
 * Resolves selectors to versions. Each takes a fixed number of index look-ups, however many versions there are, and
 * reading the version itself only when this server has not read that revision before.
 */
export class ResolvingService extends Service {
  readonly #consumptions: Consumptions;
  readonly #versions = new RevisionCache<Version>(cacheWeight);
  /** The last answer to a selection: routes give the same object for the same URL. */
  readonly #answers = new WeakMap<Selection, { found: Found; answer: Resolved }>();

  constructor(database: Database, clock: Clock, consumptions: Consumptions) {
    super(database, clock);
    this.#consumptions = consumptions;
  }

  /**
   * @param path `namespace/artifact`
   * @param reader who resolves, as is noted when there is an answer
   * @throws Problem when there is no such artifact, version or channel, when the version is revoked and the selection
   *   does not say otherwise, when nothing is left after the filters, or when several images are left although `region`
   *   or `build` was given
   */
  resolve(path: string, selection: Selection, reader: Reader): Maybe<Resolved> {
    return andThen(this.#find(path, selection), (found) => {
      if (found?.state !== "complete") return this.#refuse(path, selection, found);
      if (found.revoked_from !== null) {
        const now = this.now();
        if (isRevoked(found, now)) return this.#resolveRevoked(path, selection, reader, found, now);
      }
      return this.#give(path, found, selection, reader);
    });
  }

  /** The answer for a version that was found, and the note of who read it. */
  #give(path: string, found: Found, selection: Selection, reader: Reader): Maybe<Resolved> {
    const last = this.#answers.get(selection);
    const isSame = last?.found.id === found.id && last.found.revision === found.revision;
    return andThen(isSame ? last.answer : this.#compose(path, selection, found), (answer) => {
      this.#consumptions.record(found.id, reader.consumer, reader.client);
      return answer;
    });
  }

  /** Revoking changes nothing of what a selector finds, only what is done with it. */
  async #resolveRevoked(
    path: string,
    selection: Selection,
    reader: Reader,
    found: Found,
    now: string,
  ): Promise<Resolved> {
    const db = this.database.reads;
    const revocation = (await loadRevocations(db, [found.id], now)).get(found.id);
    const revoked: Revoked = {
      path,
      number: found.number ?? 0,
      reason: revocation?.reason ?? "",
      revoked_at: revocation?.revoked_at ?? now,
    };
    if (selection.on_revoked === "warn") {
      return revokedAnswer(await this.#give(path, found, selection, reader), revoked);
    }
    if (selection.on_revoked !== "previous") throw revokedProblem(revoked, "on_revoked");
    if (selection.version !== undefined || selection.fingerprint !== undefined) {
      throw revokedProblem(revoked, "names_one");
    }
    const earlier = await this.#findPrevious(path, selection, found, now);
    if (!earlier) throw revokedProblem(revoked, "nothing_earlier");
    const answer = await this.#give(path, earlier, selection, reader);
    return { ...answer, warnings: [...answer.warnings, skippedWarning(revoked, answer.number)] };
  }

  async #findPrevious(
    path: string,
    { constraint, channel = "latest", type }: Selection,
    found: Found,
    now: string,
  ): Promise<Found | undefined> {
    const db = this.database.reads;
    if (constraint !== undefined) return this.#findByConstraint(path, constraint, now);
    if (channel === "latest") return findLatestBelow(db, path, type, found.number ?? 0, now);
    return findAssignedBefore(db, path, channel, found.id, now);
  }

  #find(path: string, selection: Selection): Maybe<Found | undefined> {
    const db = this.database.reads;
    const { version: number, constraint, fingerprint, channel = "latest" } = selection;
    if (number !== undefined) return findByNumber(db, path, number);
    if (fingerprint !== undefined) return findByFingerprint(db, path, fingerprint);
    if (constraint !== undefined) return this.#findByConstraint(path, constraint);
    return channel === "latest" ? findLatest(db, path, selection.type) : findByChannel(db, path, channel);
  }

  async #compose(path: string, selection: Selection, found: Found): Promise<Resolved> {
    const answer = this.#answer(await this.#read(path, found), selection);
    const size = answer.images.length + answer.files.length;
    if (size <= largestKept) this.#answers.set(selection, { found, answer });
    return answer;
  }

  /** @param usableAt leaves out those that are revoked at this moment */
  async #findByConstraint(path: string, constraint: string, usableAt?: string): Promise<Found | undefined> {
    let highest: ({ key: string | null } & Found) | undefined;
    for (const scan of compileConstraint(constraint)) {
      const found = await findHighest(this.database.reads, path, scan, usableAt);
      if (found && (!highest || (found.key ?? "") > (highest.key ?? ""))) highest = found;
    }
    return highest;
  }

  async #refuse(path: string, selection: Selection, found: Found | undefined): Promise<never> {
    throw await this.#notFound(path, selection, found);
  }

  /** Why a selector found no complete version. */
  async #notFound(path: string, selection: Selection, found: Found | undefined): Promise<Problem> {
    const db = this.database.reads;
    const artifact = await findArtifact(db, path);
    if (!artifact) return artifactNotFound(path);
    const { version: number, constraint, fingerprint, channel = "latest", type } = selection;
    if (fingerprint !== undefined && found?.state === "incomplete") {
      const version = await this.#build(path, found.id);
      const missing = version.missing_builds;
      const detail = `The version of "${path}" with this fingerprint is not complete: it waits for ${missing.join(", ")}.`;
      return new Problem("version_incomplete", detail, { missing_builds: missing });
    }
    if (number !== undefined) return versionNotFound(path, { number });
    if (fingerprint !== undefined) return versionNotFound(path, { fingerprint });
    if (constraint !== undefined) {
      const highest = await this.#findByConstraint(path, ">= 0.0.0");
      const { semver } = highest ? await this.#build(path, highest.id) : {};
      const there = semver ? `The highest is ${semver}.` : "No release of it has one.";
      const detail = `No complete version of "${path}" has a semantic version that matches "${constraint}". ${there}`;
      return new Problem("version_not_found", detail);
    }
    if (channel !== "latest") {
      if (await findChannel(db, artifact.id, channel)) return channelEmpty(path, channel);
      return channelNotFound(path, channel, await listNames(db, artifact.id));
    }
    const latest = await findLatest(db, path, undefined);
    if (!latest || type === undefined) {
      return channelEmpty(path, channel);
    }
    const version = await this.#build(path, latest.id);
    const detail = `No version of "${path}" has a build of type "${type}". Version ${version.number} has ${available(version).types.join(", ")}.`;
    return new Problem("no_match", detail, { available: available(version) });
  }

  async #read(path: string, { id, revision }: Found): Promise<Version> {
    const known = this.#versions.get(id, revision);
    if (known) return known;
    const version = await this.#build(path, id);
    this.#versions.set(id, revision, version, JSON.stringify(version).length);
    return version;
  }

  async #build(path: string, id: number): Promise<Version> {
    const row = await getVersionById(this.database.reads, id);
    return viewVersion(path, row, await loadBuilds(this.database.reads, id));
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
