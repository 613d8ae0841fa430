import type { Database } from "../database/database.ts";
import type { StreamedEvent } from "../http/event-stream.ts";
import { Problem } from "../http/problem.ts";
import type { Range } from "../http/streaming.ts";
import { Service } from "../service.ts";
import type { Clock } from "../unit.ts";
import { isLive } from "../versions/expiry.ts";
import { getVersionById, type VersionRow } from "../versions/store.ts";
import { readableSize, readWindow } from "./chunks.ts";
import { endOf, eventOf, Followed, type Look, wholeCharacters } from "./following.ts";
import { findVersionOf, type LogName, logNotFound, topicOf } from "./service.ts";
import { findLog, type LogRow } from "./store.ts";

/** What an answer says of a log before it is read. */
export type OpenLog = {
  /** From the offset on. */
  size: number;
  etag: string;
  isEnded: boolean;
  open(range: Range | undefined): Promise<ReadableStream<Uint8Array>>;
};

/** A signal may get lost with a connection, and a version may expire without one. */
const lookAgainMs = 30_000;

/** The log of a build; before it has begun it has no id. */
type Followable = { versionId: number; build: string; logId: number | undefined };

/** Gives logs to readers: as they are, or as they grow. */
export class LogReading extends Service {
  readonly #incompleteTtlMs: number;
  readonly #followed = new Map<string, Followed>();

  constructor(database: Database, clock: Clock, incompleteTtlMs: number) {
    super(database, clock);
    this.#incompleteTtlMs = incompleteTtlMs;
  }

  /** @throws Problem `artifact_not_found`, `version_not_found`, `log_not_found`, `range_not_satisfiable` */
  async open(name: LogName, offset = 0): Promise<OpenLog> {
    const db = this.database.reads;
    const version = await findVersionOf(db, name);
    const log = await findLog(db, version.id, name.build);
    if (!log) throw await logNotFound(db, name, version);
    checkOffset(log, offset);
    const end = readableSize(log);
    const isEnded = log.ended_at !== null;
    return {
      size: end - offset,
      etag: `"${log.id}-${end}-${isEnded}"`,
      isEnded,
      open: async (range) =>
        ReadableStream.from(
          range
            ? this.#readThrough(log, offset + range.start, offset + range.end + 1)
            : this.#readThrough(log, offset, end),
        ),
    };
  }

  /**
   * A log may be followed before it has begun, when its version still waits for builds.
   *
   * @returns begins to follow
   * @throws Problem `artifact_not_found`, `version_not_found`, `log_not_found`, `range_not_satisfiable`
   */
  async follow(
    name: LogName,
    offset: number,
  ): Promise<(signal: AbortSignal) => AsyncIterable<StreamedEvent>> {
    const db = this.database.reads;
    const version = await findVersionOf(db, name);
    const log = await findLog(db, version.id, name.build);
    if (log) checkOffset(log, offset);
    else if (version.state === "complete" || !this.#isLive(version))
      throw await logNotFound(db, name, version);
    const of = { versionId: version.id, build: name.build, logId: log?.id };
    return (signal) => this.#follow(of, log ? offset : 0, signal);
  }

  async *#follow(of: Followable, start: number, signal: AbortSignal): AsyncGenerator<StreamedEvent> {
    const followed = this.#join(of);
    try {
      for (let at = start; !signal.aborted; ) {
        const { changes } = followed;
        const { size, event, ended } = await followed.look(at, () => this.#look(of, followed, at));
        if (event) yield event;
        if (ended) return;
        if (size === 0 && changes === followed.changes && !signal.aborted) await followed.wait(signal);
        at += size;
      }
    } finally {
      followed.leave();
    }
  }

  #join(of: Followable): Followed {
    const key = `${of.versionId} ${of.logId ?? "to come"} ${of.build}`;
    const known = this.#followed.get(key);
    if (known) return known.join();
    const followed = new Followed(of.logId, () => {
      stopListening();
      clearInterval(lookAgain);
      this.#followed.delete(key);
    });
    const stopListening = this.database.onSignal(topicOf(of.versionId, of.build), followed.changed);
    const lookAgain = setInterval(followed.changed, lookAgainMs).unref();
    this.#followed.set(key, followed);
    return followed.join();
  }

  async #look({ versionId, build }: Followable, followed: Followed, at: number): Promise<Look> {
    const db = this.database.reads;
    const log = await findLog(db, versionId, build);
    followed.logId ??= log?.id;
    if (log?.id !== followed.logId) return endOf(at);
    const hasEnded = (log && log.ended_at !== null) || !this.#isLive(await getVersionById(db, versionId));
    const end = log ? readableSize(log) : 0;
    const unread = log && at < end ? await readWindow(db, log, at, end) : Buffer.alloc(0);
    const whole = wholeCharacters(unread);
    if (whole.length > 0) return eventOf(at, whole);
    if (!hasEnded) return { size: 0, ended: false };
    return unread.length > 0 ? eventOf(at, unread) : endOf(at);
  }

  async *#readThrough(log: LogRow, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const bytes = await readWindow(this.database.reads, log, at, end);
      yield bytes;
      at += bytes.length;
    }
  }

  #isLive(version: VersionRow): boolean {
    return isLive(version, this.now(), this.#incompleteTtlMs);
  }
}

/** @throws Problem `range_not_satisfiable` when the log does not reach an offset */
function checkOffset(log: LogRow, offset: number): void {
  const size = readableSize(log);
  if (offset <= size) return;
  const detail = `The log of the build "${log.build}" has ${size} bytes, so it cannot be read from offset ${offset}.`;
  throw new Problem("range_not_satisfiable", detail, { size });
}
