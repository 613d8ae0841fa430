import { type ArtifactName, findExisting, lockExisting, pathOf } from "../artifacts/service.ts";
import type { Database, Reader } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import { type EventAction, recordEvent } from "../events/store.ts";
import { Problem } from "../http/problem.ts";
import { Service } from "../service.ts";
import type { Caller, Clock, Unit } from "../unit.ts";
import { findOpen, isLive } from "../versions/expiry.ts";
import { buildUnexpected, nameSelector, versionNotFound } from "../versions/problems.ts";
import { findVersion, touchVersion, type VersionRow, type VersionSelector } from "../versions/store.ts";
import { readBytes, storeBytes } from "./chunks.ts";
import { checkSame, decideAppend } from "./rules.ts";
import type { Log } from "./schema.ts";
import { insertLog, type LogRow, listLogs, lockLog, removeLog, updateLog } from "./store.ts";

/** How a path names the log of a build. */
export type LogName = ArtifactName & { version: VersionSelector; build: string };

/** A transaction each: what arrives in many small parts is collected up to this. */
const pieceBytes = 128 * 1024;

/** Keeps what building printed: written while it is built, or later. */
export class LogService extends Service {
  readonly #incompleteTtlMs: number;
  readonly #most: number;

  /** @param most how many bytes of a log are kept */
  constructor(database: Database, clock: Clock, incompleteTtlMs: number, most: number) {
    super(database, clock);
    this.#incompleteTtlMs = incompleteTtlMs;
    this.#most = most;
  }

  /** Appends what arrives, piece by piece: of what breaks off, the log has what came before. See {@link append}. */
  async receive(
    name: LogName,
    sent: { offset: number; stream: AsyncIterable<Uint8Array>; ended: boolean },
    caller: Caller,
  ): Promise<Log> {
    let { offset } = sent;
    let held: Uint8Array[] = [];
    let size = 0;
    const flush = async (ended: boolean): Promise<Log> => {
      const bytes = Buffer.concat(held);
      [held, size] = [[], 0];
      const log = await this.append(name, { offset, bytes, ended }, caller);
      offset += bytes.length;
      return log;
    };
    for await (const chunk of sent.stream) {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const part = chunk.subarray(at, at + pieceBytes);
        size += part.length;
        held.push(part);
        if (size >= pieceBytes) await flush(false);
      }
    }
    return flush(sent.ended);
  }

  /**
   * Adds bytes to a log at an offset, and ends it when told so. What it has already may be sent again.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `build_unexpected`, `log_gap`, `log_differs`, `log_ended`
   */
  async append(
    name: LogName,
    { offset, bytes, ended }: { offset: number; bytes: Buffer; ended: boolean },
    caller: Caller,
  ): Promise<Log> {
    return this.write(caller, async (unit) => {
      const { tx, now } = unit;
      const { version, log } = await this.#lock(unit, name);
      const { known, fresh, cut } = decideAppend(log, offset, bytes, this.#most);
      if (known > 0) {
        checkSame(log, offset, await readBytes(tx, log.id, offset, offset + known), bytes.subarray(0, known));
      }
      const ends = ended && log.ended_at === null;
      if (fresh.length === 0 && cut === (log.cut === 1) && !ends) return viewLog(log);
      const layout = fresh.length > 0 ? await storeBytes(tx, log, fresh) : {};
      const state = { cut: Number(cut), updated_at: now, ...(ends && { ended_at: now }) };
      const changed = await updateLog(tx, log.id, { ...layout, ...state });
      if (ends) await record(unit, "log.ended", name, version, changed);
      await this.database.signal(tx, topicOf(version.id, name.build));
      return viewLog(changed);
    });
  }

  /** @throws Problem `artifact_not_found`, `version_not_found` */
  async list(name: Omit<LogName, "build">): Promise<Log[]> {
    const db = this.database.reads;
    const version = await findVersionOf(db, name);
    return (await listLogs(db, version.id)).map(viewLog);
  }

  /** @throws Problem `artifact_not_found`, `version_not_found`, `log_not_found` */
  async delete(name: LogName, caller: Caller): Promise<void> {
    await this.write(caller, async (unit) => {
      const version = await findVersionOf(unit.tx, name);
      const log = await lockLog(unit.tx, version.id, name.build);
      if (!log) throw await logNotFound(unit.tx, name, version);
      await removeLog(unit.tx, log.id);
      await record(unit, "log.deleted", name, version, log);
      await this.database.signal(unit.tx, topicOf(version.id, name.build));
    });
  }

  /** The log to append to, begun when there is none. Only that takes the lock of the artifact, which others wait for. */
  async #lock(unit: Unit, name: LogName): Promise<{ version: VersionRow; log: LogRow }> {
    const version = await findVersionOf(unit.tx, name);
    const live = isLive(version, unit.now, this.#incompleteTtlMs);
    const log = live ? await lockLog(unit.tx, version.id, name.build) : undefined;
    if (!log) return this.#begin(unit, name);
    // A build that prints is alive, although nothing of it has been reported yet.
    const idleMs = Date.parse(unit.now) - Date.parse(version.active_at);
    if (idleMs > this.#incompleteTtlMs / 4) await touchVersion(unit.tx, version.id, unit.now);
    return { version, log };
  }

  async #begin(unit: Unit, name: LogName): Promise<{ version: VersionRow; log: LogRow }> {
    const artifact = await lockExisting(unit, pathOf(name));
    const version = await findOpen(unit, artifact, name.version, this.#incompleteTtlMs);
    const expected = readJson(version.expected_builds);
    if (!expected.includes(name.build)) throw buildUnexpected(artifact.path, name.build, expected);
    // Another one may have begun it before the artifact was locked.
    const earlier = await lockLog(unit.tx, version.id, name.build);
    if (earlier) return { version, log: earlier };
    const log = await insertLog(unit.tx, version.id, name.build, unit.now);
    await record(unit, "log.started", name, version, log);
    return { version, log };
  }
}

/** What is signalled when a log changes. */
export function topicOf(versionId: number, build: string): string {
  return `log ${versionId} ${build}`;
}

/** @throws Problem `artifact_not_found`, `version_not_found` */
export async function findVersionOf(db: Reader, name: Omit<LogName, "build">): Promise<VersionRow> {
  const artifact = await findExisting(db, name);
  const version = await findVersion(db, artifact.id, name.version);
  if (!version) throw versionNotFound(artifact.path, name.version);
  return version;
}

/** Says which logs there are. */
export async function logNotFound(db: Reader, name: LogName, version: VersionRow): Promise<Problem> {
  const builds = (await listLogs(db, version.id)).map((log) => log.build);
  const there = builds.length === 0 ? "none" : builds.join(", ");
  const detail = `The build "${name.build}" of version ${nameSelector(name.version)} of "${pathOf(name)}" has no log; of these builds there is one: ${there}.`;
  return new Problem("log_not_found", detail, { builds });
}

async function record(
  unit: Unit,
  action: EventAction,
  name: LogName,
  version: VersionRow,
  { size, cut }: LogRow,
): Promise<void> {
  const what = { build: name.build, size, cut: cut === 1 };
  const detail = action === "log.deleted" ? { before: what } : { after: what };
  await recordEvent(unit, { action, artifact: pathOf(name), version, detail });
}

export function viewLog({ build, size, cut, started_at, updated_at, ended_at }: LogRow): Log {
  return { build, size, cut: cut === 1, started_at, updated_at, ended_at };
}
