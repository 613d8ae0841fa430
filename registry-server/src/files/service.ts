import { setTimeout as delay } from "node:timers/promises";
import { type ArtifactName, findExisting, lockOrCreate, pathOf } from "../artifacts/service.ts";
import { lockArtifact } from "../artifacts/store.ts";
import { bytesText } from "../bytes.ts";
import type { Database } from "../database/database.ts";
import { findBuildId } from "../documents/store.ts";
import { Problem } from "../http/problem.ts";
import type { Arriving, Range } from "../http/streaming.ts";
import { Service } from "../service.ts";
import type { Caller, Clock } from "../unit.ts";
import { nameSelector, versionNotFound } from "../versions/problems.ts";
import { findVersion, type VersionSelector } from "../versions/store.ts";
import { removeDue } from "./collecting.ts";
import { findFile, listFilePaths } from "./finding.ts";
import { holdAll, holdReadable } from "./holding.ts";
import { notHeld, quotaExceeded, storeFailed } from "./problems.ts";
import type { HeldFile } from "./schema.ts";
import {
  announceBlob,
  claimBlob,
  dropAnnounced,
  dueAfter,
  findUsage,
  isHeldIn,
  keepHeld,
  keepStored,
} from "./store.ts";
import type { FileStore } from "./stores/store.ts";
import { verified } from "./stores/verified.ts";
import { Underway } from "./underway.ts";

/** How a path names a file of a build. */
export type FileName = ArtifactName & { version: VersionSelector; build: string; path: string };

/** What a namespace has room for. */
type Room = {
  most: number;
  refuse(size: number): Problem;
  /** Counts what arrives, as soon as its size is known. */
  count(stream: AsyncIterable<Uint8Array>, size: number | undefined): AsyncIterable<Uint8Array>;
  /** It is counted as used now, or will not be. */
  done(): void;
};

/** Equal bytes that are just being removed are gone after this long, or something is wrong. */
const removalMs = 30_000;
const removalPollMs = 100;

/** Takes bytes in before builds name them, and gives them out by the builds that do. */
export class FileService extends Service {
  readonly #store: FileStore;
  readonly #most: number;
  readonly #underway = new Underway();

  /** @param most how many bytes a file may have */
  constructor(database: Database, store: FileStore, clock: Clock, most: number) {
    super(database, clock);
    this.#store = store;
    this.#most = most;
  }

  /**
   * Whether there is nothing to send; what is there stays for a day.
   *
   * @throws Problem `file_not_found`, `quota_exceeded`
   */
  async find(name: ArtifactName, sha256: string, caller: Caller): Promise<HeldFile> {
    return this.write(caller, async (unit) => {
      const artifact = await lockArtifact(unit.tx, pathOf(name));
      if (!artifact || artifact.deleted_at !== null) throw notHeld(pathOf(name), sha256);
      const [held] = await holdReadable(unit, artifact, [sha256], dueAfter(unit.now));
      if (!held) throw notHeld(pathOf(name), sha256);
      return held;
    });
  }

  /**
   * Takes bytes in. What the store has already is read to its end all the same, as proof that the caller has it.
   *
   * @throws Problem `file_differs`, `quota_exceeded`, `body_too_large`, `request_timeout`, `unavailable`
   */
  async upload(
    name: ArtifactName,
    sha256: string,
    { stream, size }: Arriving,
    caller: Caller,
  ): Promise<{ file: HeldFile; created: boolean }> {
    const room = await this.#roomFor(name.namespace, sha256);
    if (size !== undefined && size > room.most) throw room.refuse(size);
    const expected = { sha256, size, most: room.most };
    let announced: string | undefined;
    const beforeKept = async (count: number) => {
      announced = await this.#announce({ sha256, size: count }, caller);
    };
    const arriving = room.count(stream, size);
    try {
      const isStored = await this.write(caller, ({ tx, now }) => keepStored(tx, sha256, dueAfter(now)));
      if (isStored) for await (const _ of verified(arriving, expected));
      else await this.#store.put(arriving, { ...expected, beforeKept, takesChunks: true });
    } catch (error) {
      if (!(error instanceof Problem)) throw this.database.isUnavailable(error) ? error : storeFailed(error);
      throw error.code === "body_too_large" ? room.refuse(room.most + 1) : error;
    } finally {
      room.done();
    }
    return this.#hold(name, sha256, caller).catch(async (error: unknown) => {
      if (announced !== undefined && error instanceof Problem) await this.#letGo(sha256, announced);
      throw error;
    });
  }

  /** Lets an artifact hold what has just arrived. */
  #hold(name: ArtifactName, sha256: string, caller: Caller): Promise<{ file: HeldFile; created: boolean }> {
    return this.write(caller, async (unit) => {
      const { row: artifact } = await lockOrCreate(unit, name);
      const until = dueAfter(unit.now);
      const [earlier] = await keepHeld(unit.tx, artifact.id, [sha256], until);
      if (earlier) {
        // While they arrived again, they were kept until a moment only.
        await claimBlob(unit.tx, sha256);
        return { file: earlier, created: false };
      }
      const [file] = await holdAll(unit, artifact, [sha256], until);
      if (file) return { file, created: true };
      const detail = "Equal bytes were removed while these arrived. Nothing was stored; send them again.";
      throw new Problem("unavailable", detail);
    });
  }

  /** @throws Problem `artifact_not_found`, `version_not_found`, `build_not_found`, `file_not_found` */
  async download(name: FileName) {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    const version = await findVersion(db, artifact.id, name.version);
    if (!version) throw versionNotFound(pathOf(name), name.version);
    const where = `Version ${nameSelector(name.version)} of "${pathOf(name)}"`;
    const buildId = await findBuildId(db, version.id, name.build);
    if (buildId === undefined) {
      throw new Problem("build_not_found", `${where} has no build "${name.build}".`);
    }
    const file = await findFile(db, buildId, name.path);
    if (!file) {
      const files = await listFilePaths(db, buildId);
      const detail = `${where} has no file "${name.path}" in its build "${name.build}"; it has ${files.join(", ") || "none"}.`;
      throw new Problem("file_not_found", detail, { files });
    }
    const { path, size, sha256, isHeld } = file;
    if (!isHeld) {
      const detail = `The file "${path}" was recorded only: it was made with ${size} bytes and the SHA-256 ${sha256}, and this registry does not have them.`;
      throw new Problem("file_not_found", detail);
    }
    return { path, size, sha256, open: (range: Range | undefined) => this.#store.read(sha256, range) };
  }

  /** How many bytes may come, and why not more; counts them while they do. */
  async #roomFor(namespace: string, sha256: string): Promise<Room> {
    const db = this.database.reads;
    const usage = await findUsage(db, namespace);
    if (usage?.quota_bytes == null || (await isHeldIn(db, usage.id, sha256))) {
      const most = bytesText(this.#most);
      const detail = `A file has at most ${most} here (WAYBILL_MAX_FILE_SIZE of the server).`;
      const refuse = () => new Problem("body_too_large", detail, { most_bytes: this.#most });
      return { most: this.#most, refuse, count: (stream) => stream, done: () => {} };
    }
    const quota = usage.quota_bytes;
    const underway = this.#underway;
    const used = () => usage.used_bytes + underway.in(namespace);
    const most = Math.min(this.#most, Math.max(0, quota - used()));
    const refuse = (size: number) => quotaExceeded({ ...usage, used_bytes: used() }, size);
    let counted = 0;
    const add = (bytes: number) => {
      counted += bytes;
      underway.add(namespace, bytes);
    };
    return {
      most,
      refuse,
      count(stream, size) {
        if (size === undefined) return countWhileArriving(stream);
        add(size);
        return stream;
      },
      done: () => add(-counted),
    };

    async function* countWhileArriving(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of stream) {
        if (used() + chunk.byteLength > quota) throw refuse(chunk.byteLength);
        add(chunk.byteLength);
        yield chunk;
      }
    }
  }

  /** Removes bytes that were refused in the end: nobody has asked for them since, so nobody waits for them. */
  async #letGo(sha256: string, announced: string): Promise<void> {
    const needs = { database: this.database, store: this.#store, clock: this.clock };
    const isOurs = await this.database.write((tx) => dropAnnounced(tx, sha256, announced, this.now()));
    // What cannot be removed now, as the store is away, is so a day later.
    if (isOurs) await removeDue(needs, sha256).catch(() => {});
  }

  /** Right before bytes are in the store, so that no collection takes them for something that nobody wants. */
  async #announce(file: HeldFile, caller: Caller): Promise<string> {
    const ends = performance.now() + removalMs;
    for (;;) {
      const due = dueAfter(this.now());
      if (await this.write(caller, ({ tx }) => announceBlob(tx, file, due))) return due;
      if (performance.now() > ends) {
        const detail = "Equal bytes are being removed, for too long. Nothing was stored; try again later.";
        throw new Problem("unavailable", detail);
      }
      await delay(removalPollMs);
    }
  }
}
