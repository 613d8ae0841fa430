import type { JobLog, Periodic } from "./queue.ts";

/**
 * Runs a job now and then, each time after a wait of between one and one and a half times its interval, so that
 * servers started together drift apart. A failure is logged, and the job tried again at its next turn.
 *
 * @returns stops the loop; resolves when a run under way has ended
 */
export function startLoop(job: Periodic, stopping: AbortSignal, log: JobLog): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let stopped = false;

  function schedule(waitMs: number): void {
    if (stopped) return;
    timer = setTimeout(() => {
      running = turn();
    }, waitMs);
    timer.unref();
  }

  async function turn(): Promise<void> {
    try {
      await job.run(stopping);
    } catch (error) {
      log.warn({ job: job.name, err: error }, "a job failed and will be tried again");
    }
    schedule(job.everyMs * (1 + Math.random() / 2));
  }

  schedule(Math.random() * Math.min(job.everyMs, 5_000));
  return async function stop() {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
