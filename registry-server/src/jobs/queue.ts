import type { Database, Writer } from "../database/database.ts";
import { serverJobs } from "./running.ts";
import type { JobStore } from "./store.ts";

/** A kind of job, how many of it run at once in one server, for how long, and how often it is tried again. */
// biome-ignore lint/correctness/noUnusedVariables: P ties a queue to the payload of its handler.
export type Queue<P = object> = {
  name: string;
  concurrency: number;
  timeoutMs: number;
  /** After the first attempt `limit` more: the wait doubles from `delayMs` to `maxDelayMs`, with jitter. */
  retry: { limit: number; delayMs: number; maxDelayMs: number };
};

export type JobOptions = { startAfter?: Date; key?: string };
export type JobCount = { queue: string; waiting: number; running: number; failed: number };
/** Which attempt this is, from 1, and a signal for when its time is up or the server stops. */
export type Turn = { attempt: number; signal: AbortSignal };
/** Something that is done again and again; `run` ends early when its signal says so. */
export type Periodic = { name: string; everyMs: number; run(signal: AbortSignal): Promise<void> };
export type JobLog = { warn(fields: object, message: string): void };

/**
 * What is done later, again, or not in a request. A job is done at least once: a server may end between doing it and
 * writing so down, so whoever handles it must be able to do it twice.
 */
export interface Jobs {
  /**
   * Adds a job in the transaction of the change that causes it; it is there when that commits, and only then.
   *
   * @param queue one that this process works
   * @param options `startAfter`: not before; `key`: at most one waiting and one running job of that key
   */
  add(tx: Writer, queue: string, payload: object, options?: JobOptions): Promise<void>;
  /** Starts working a queue in this process. */
  work<P extends object>(queue: Queue<P>, handle: (payload: P, turn: Turn) => Promise<void>): void;
  /** Does something again and again, on one server at a time; the first time at once, unless it is planned already. */
  every(job: Periodic): void;
  counts(): Promise<JobCount[]>;
  /** Takes no more jobs and waits for those under way; they are told by their signal. */
  stop(): Promise<void>;
}

/**
 * Opens the jobs of a database: on SQLite a table with leases, on PostgreSQL pg-boss.
 *
 * @param url the database's; pg-boss has connections of its own, so that requests never keep jobs waiting
 */
export async function openJobs(database: Database, url: string, log: JobLog): Promise<Jobs> {
  return serverJobs(database, await openStore(database, url, log), log);
}

async function openStore(database: Database, url: string, log: JobLog): Promise<JobStore> {
  if (database.dialect === "sqlite") return (await import("./leases.ts")).openLeases(database);
  return (await import("./boss.ts")).openBoss(database, url, log);
}
