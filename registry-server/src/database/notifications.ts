import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import type { DatabaseLog } from "./database.ts";
import type { Signals } from "./signals.ts";

const channel = "waybill";
const firstRetryMs = 100;
const longestRetryMs = 10_000;
/** How soon a connection that is silently gone is noticed, and how late a signal can be that its sender died with. */
const heartbeatMs = 15_000;
/** Nothing that the connection is asked takes long. */
const answerTimeoutMs = 5_000;

/**
 * Carries signals between servers by LISTEN and NOTIFY, on a connection of its own that is made again when it breaks.
 *
 * A signal is sent after the commit, together with others that wait, and not in the transaction: PostgreSQL lets
 * transactions that notify commit only one after the other. A server that is killed in between takes its signal with
 * it, so everybody is woken up with every heartbeat too, as after a new connection.
 */
export class Notifications {
  readonly #pool: pg.Pool;
  readonly #settings: pg.ClientConfig;
  readonly #signals: Signals;
  readonly #log: DatabaseLog;
  /** Tells its own signals, which have reached everybody here, from those of other servers. */
  readonly #self = randomUUID();
  readonly #unsent = new Set<string>();
  readonly #closing = new AbortController();
  #sending: Promise<void> | undefined;
  #listening: Promise<void> | undefined;

  constructor(pool: pg.Pool, settings: pg.ClientConfig, signals: Signals, log: DatabaseLog) {
    this.#pool = pool;
    this.#settings = settings;
    this.#signals = signals;
    this.#log = log;
  }

  /** Tells other servers of topics, as soon as it can. */
  send(topics: Iterable<string>): void {
    for (const topic of topics) this.#unsent.add(topic);
    if (this.#unsent.size === 0) return;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Listens from now on. */
  listen(): void {
    this.#listening ??= this.#listenOn();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#sending, this.#listening]);
  }

  async #sendAll(): Promise<void> {
    const text = `select pg_notify('${channel}', $1 || ' ' || topic) from unnest($2::text[]) as topic`;
    while (this.#unsent.size > 0) {
      const topics = [...this.#unsent];
      this.#unsent.clear();
      try {
        await this.#pool.query({ name: "waybill_notify", text, values: [this.#self, topics] });
      } catch {
        // Whoever listens is cut off just as well, and is woken up when that is over.
        return;
      }
    }
  }

  async #listenOn(): Promise<void> {
    const { signal } = this.#closing;
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(() => {
          retryMs = firstRetryMs;
        });
      } catch (error) {
        if (signal.aborted) return;
        const { message } = error as Error;
        this.#log.warn(
          { error: message },
          "signals of other servers are not heard until it is connected again",
        );
      }
      await wait(retryMs * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {});
      retryMs = Math.min(2 * retryMs, longestRetryMs);
    }
  }

  /** Listens until the connection breaks, which it throws, or this is closed. */
  async #listenOnce(connected: () => void): Promise<void> {
    const { signal } = this.#closing;
    const client = new pg.Client({
      ...this.#settings,
      query_timeout: answerTimeoutMs,
      application_name: "waybill signals",
    });
    const broken = new AbortController();
    client.on("error", (error) => broken.abort(error));
    client.on("end", () => broken.abort(new Error("the connection ended")));
    client.on("notification", ({ payload = "" }) => {
      if (!payload.startsWith(this.#self)) this.#signals.emit(payload.slice(payload.indexOf(" ") + 1));
    });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      connected();
      while (!signal.aborted) {
        this.#signals.emitAll();
        await wait(heartbeatMs, undefined, {
          signal: AbortSignal.any([signal, broken.signal]),
          ref: false,
        }).catch(() => {});
        broken.signal.throwIfAborted();
        if (!signal.aborted) await client.query("select 1");
      }
    } finally {
      await client.end().catch(() => {});
    }
  }
}
