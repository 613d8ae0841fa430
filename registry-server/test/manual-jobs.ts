import type { JobOptions, Jobs, Periodic, Queue, Turn } from "../src/jobs/queue.ts";

type Handle = (payload: object, turn: Turn) => Promise<void>;

/** Jobs that are done when a test says so; when they should be done is only noted. */
export class ManualJobs implements Jobs {
  readonly #handlers = new Map<string, Handle>();
  readonly #periodic = new Map<string, Periodic["run"]>();
  waiting: { queue: string; payload: object; options: JobOptions }[] = [];

  async add(_tx: unknown, queue: string, payload: object, options: JobOptions = {}): Promise<void> {
    const { key } = options;
    if (key !== undefined && this.waiting.some((job) => job.queue === queue && job.options.key === key))
      return;
    this.waiting.push({ queue, payload, options });
  }

  work<P extends object>({ name }: Queue<P>, handle: (payload: P, turn: Turn) => Promise<void>): void {
    this.#handlers.set(name, handle as Handle);
  }

  every({ name, run }: Periodic): void {
    this.#periodic.set(name, run);
  }

  /** Does what is done now and then. */
  async tend(name: string): Promise<void> {
    await this.#periodic.get(name)?.(new AbortController().signal);
  }

  async counts() {
    return [];
  }

  async stop(): Promise<void> {}

  /** Does what waits now of a queue, all of it at once. */
  async run(queue: string, signal = new AbortController().signal): Promise<void> {
    const mine = this.waiting.filter((job) => job.queue === queue);
    this.waiting = this.waiting.filter((job) => job.queue !== queue);
    await Promise.all(
      mine.map(({ payload }) => this.#handlers.get(queue)?.(payload, { attempt: 1, signal })),
    );
  }
}
