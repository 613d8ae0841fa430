import type { Database } from "../database/database.ts";
import { startLoop } from "./loop.ts";
import type { JobLog, Jobs, Periodic, Queue, Turn } from "./queue.ts";
import type { JobStore, TakenJob } from "./store.ts";

/** How long a job that is due may wait when no signal tells of it: when it is due later, or was put back. */
const lookEveryMs = 2_000;
/** How long stopping waits for jobs that do not heed their signal. */
const stopMs = 10_000;
/** A run that takes longer may overlap with the next: those that are periodic bear that. */
const periodicTimeoutMs = 60_000;

type Handle = (payload: object, turn: Turn) => Promise<void>;
type Worked = { ready(): Promise<void>; stop(): Promise<void> };

const topicOf = (queue: string): string => `jobs:${queue}`;

/** Jobs as one server does them, from wherever they are kept. */
export function serverJobs(database: Database, store: JobStore, log: JobLog): Jobs {
  const worked = new Map<string, Worked>();
  const loops: (() => Promise<void>)[] = [];
  const stopping = new AbortController();

  const needs = { database, store, log, stopping: stopping.signal };

  function work(queue: Queue, handle: Handle, prepare = async () => {}): void {
    if (worked.has(queue.name)) throw new Error(`the queue ${queue.name} is worked already`);
    worked.set(queue.name, startWorker(needs, queue, handle, prepare));
  }

  /** Jobs in a chain: each adds the next, and every server that starts adds one if none waits. */
  function plan({ name, everyMs, run }: Periodic): void {
    const queue = `every.${name}`;
    const add = (startAfter: Date) =>
      database.write((tx) => store.add(tx, queue, {}, { startAfter, key: name }));
    const retry = { limit: 1_000, delayMs: everyMs, maxDelayMs: everyMs };
    const periodic = { name: queue, concurrency: 1, timeoutMs: periodicTimeoutMs, retry };
    const handle = async (_payload: object, { signal }: Turn) => {
      await run(signal).catch((error: unknown) => {
        log.warn({ job: name, err: error }, "a job failed and will be tried again");
      });
      await add(new Date(Date.now() + everyMs));
    };
    work(periodic, handle, () => add(new Date()));
  }

  return {
    async add(tx, queue, payload, options = {}) {
      const known = worked.get(queue);
      if (!known) throw new Error(`the queue ${queue} is not worked by this process`);
      await known.ready();
      await store.add(tx, queue, payload, options);
      if (options.startAfter === undefined) await database.signal(tx, topicOf(queue));
    },
    work: (queue, handle) => work(queue as Queue, handle as Handle),
    every(job) {
      // A SQLite file has one server: plans in a table would only write to the disk of one that has nothing to do.
      if (database.dialect === "sqlite") loops.push(startLoop(job, stopping.signal, log));
      else plan(job);
    },
    counts: () => store.counts(),
    async stop() {
      stopping.abort(new Error("the server stops"));
      await Promise.all([...loops.map((stop) => stop()), ...[...worked.values()].map((one) => one.stop())]);
      await store.close();
    },
  };
}

type Needs = { database: Database; store: JobStore; log: JobLog; stopping: AbortSignal };

/** Takes jobs of a queue when it is signalled, and looks for them now and then. */
function startWorker(needs: Needs, queue: Queue, handle: Handle, prepare: () => Promise<void>): Worked {
  const { database, store, log, stopping } = needs;
  const running = new Set<Promise<void>>();
  let declared: Promise<void> | undefined;
  let looking: Promise<void> | undefined;
  let again = false;

  /** Declares the queue; when that fails, the next look does it again. */
  function ready(): Promise<void> {
    declared ??= store
      .declare(queue)
      .then(prepare)
      .catch((error: unknown) => {
        declared = undefined;
        throw error;
      });
    return declared;
  }

  function look(): void {
    again = true;
    looking ??= takeAll().finally(() => {
      looking = undefined;
    });
  }

  async function takeAll(): Promise<void> {
    try {
      await ready();
      while (again && running.size < queue.concurrency && !stopping.aborted) {
        again = false;
        for (const job of await store.take(queue, queue.concurrency - running.size)) start(job);
      }
    } catch (error) {
      if (!stopping.aborted) log.warn({ queue: queue.name, err: error }, "jobs cannot be taken now");
    }
  }

  function start(job: TakenJob): void {
    const run = runJob(job).finally(() => {
      running.delete(run);
      look();
    });
    running.add(run);
  }

  async function runJob(job: TakenJob): Promise<void> {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(queue.timeoutMs)]);
    try {
      const failure = await handle(job.payload, { attempt: job.attempt, signal }).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      await (failure ? store.failed(queue, job, failure) : store.done(queue, job));
    } catch (error) {
      // It is taken again when its time is up.
      log.warn({ queue: queue.name, err: error }, "how a job ended could not be written down");
    }
  }

  const timer = setInterval(look, lookEveryMs).unref();
  const unsubscribe = database.onSignal(topicOf(queue.name), look);
  look();
  return {
    ready,
    async stop() {
      clearInterval(timer);
      unsubscribe();
      await looking;
      await settledWithin(stopMs, running);
    },
  };
}

async function settledWithin(ms: number, promises: Iterable<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.all(promises), tooLate]);
  clearTimeout(timer);
}
