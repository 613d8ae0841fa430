import type { Writer } from "../database/database.ts";
import type { JobCount, JobOptions, Queue } from "./queue.ts";

/** A job that this process has taken; it is nobody else's until its time is up. */
export type TakenJob = { id: string; payload: object; attempt: number };

/** Where jobs are kept: a table of ours on SQLite, pg-boss on PostgreSQL. */
export interface JobStore {
  /** Makes a queue known, or changes its limits; called before anything else is done with it. */
  declare(queue: Queue): Promise<void>;
  add(tx: Writer, queue: string, payload: object, options: JobOptions): Promise<void>;
  /** Takes jobs whose time has come, those first that have waited longest. */
  take(queue: Queue, most: number): Promise<TakenJob[]>;
  done(queue: Queue, job: TakenJob): Promise<void>;
  /** Puts a job back for its next attempt, or keeps it as failed when it has had all. */
  failed(queue: Queue, job: TakenJob, error: Error): Promise<void>;
  counts(): Promise<JobCount[]>;
  close(): Promise<void>;
}

/** How much longer a job stays with who took it than it may run: enough to say how it ended. */
export const graceMs = 10_000;
