import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forEachDatabase } from "../../test/databases.ts";
import { type Jobs, openJobs, type Queue } from "./queue.ts";

const log = { warn: () => {} };
const queue: Queue = {
  name: "test",
  concurrency: 2,
  timeoutMs: 20_000,
  retry: { limit: 2, delayMs: 1, maxDelayMs: 1 },
};
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 20 });

forEachDatabase((test) => {
  let jobs: Jobs;
  let opened: Jobs[];
  let topic = 0;
  const named = (change: Partial<Queue> = {}): Queue => ({ ...queue, name: `test-${topic}`, ...change });
  const open = async () => {
    const one = await openJobs(test.database, test.url, log);
    opened.push(one);
    return one;
  };
  const add = (payload: object, options = {}) =>
    test.database.write((tx) => jobs.add(tx, `test-${topic}`, payload, options));
  const countOf = async (name: string) => (await jobs.counts()).find((count) => count.queue === name);

  beforeEach(async () => {
    topic++;
    opened = [];
    jobs = await open();
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.stop()));
  });

  it("does a job that was committed, once, and none of a transaction that failed", async () => {
    const seen: number[] = [];
    jobs.work(named(), async ({ number }: { number: number }) => void seen.push(number));
    const failing = test.database.write(async (tx) => {
      await jobs.add(tx, `test-${topic}`, { number: 0 });
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    await add({ number: 1 });
    await add({ number: 2 });
    await until(async () => expect(await countOf(`test-${topic}`)).toBeUndefined());
    expect(seen.toSorted()).toEqual([1, 2]);
  });

  it("tries again, with the number of the attempt, and gives up after the last, which counts as failed", async () => {
    const attempts: number[] = [];
    jobs.work(named(), async (_payload, { attempt }) => {
      attempts.push(attempt);
      throw new Error("on purpose");
    });
    await add({});
    await until(async () => expect((await countOf(`test-${topic}`))?.failed).toBe(1));
    expect(attempts).toEqual([1, 2, 3]);
  });

  it("keeps at most one waiting job of a key, and runs one of a key at a time", async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    jobs.work(named(), async () => {
      most = Math.max(most, ++running);
      await held;
      running--;
      done++;
    });
    await add({}, { key: "k" });
    await until(() => expect(running).toBe(1));
    await add({}, { key: "k" });
    await add({}, { key: "k" });
    expect(await countOf(`test-${topic}`)).toMatchObject({ waiting: 1, running: 1 });
    release();
    await until(() => expect(done).toBe(2));
    await until(async () => expect(await countOf(`test-${topic}`)).toBeUndefined());
    expect(most).toBe(1);
  });

  it("does a job neither before its time nor more at once than told", async () => {
    const started: number[] = [];
    let running = 0;
    let most = 0;
    jobs.work(named(), async () => {
      started.push(Date.now());
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    });
    const startAfter = new Date(Date.now() + 1_500);
    await add({}, { startAfter });
    for (let number = 0; number < 6; number++) await add({ number });
    await until(() => expect(started.length).toBe(7));
    // The clock of the database may differ by the rounding of its moments.
    expect(started.at(-1)).toBeGreaterThanOrEqual(startAfter.getTime() - 1);
    expect(most).toBeLessThanOrEqual(2);
  });

  it("is done by one of several servers, and by another when the first stops", async () => {
    const other = await open();
    const seen: number[] = [];
    const handle = async (payload: { number: number }) => void seen.push(payload.number);
    jobs.work(named(), handle);
    other.work(named(), handle);
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    await Promise.all(numbers.slice(0, 20).map((number) => add({ number })));
    await other.stop();
    await Promise.all(numbers.slice(20).map((number) => add({ number })));
    await until(() => expect(seen.length).toBe(40));
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers);
  });

  it("tells a job that the server stops, and waits for it", async () => {
    let isOver = false;
    let begun = false;
    jobs.work(named(), async (_payload, { signal }) => {
      begun = true;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      isOver = true;
    });
    await add({});
    await until(() => expect(begun).toBe(true));
    await jobs.stop();
    expect(isOver).toBe(true);
  });

  it("does periodic work again and again, also after a failure, and on one of several servers at a time", async () => {
    // A SQLite file has one server.
    const servers = test.database.dialect === "sqlite" ? [jobs] : [jobs, await open()];
    let running = 0;
    let most = 0;
    let runs = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      runs++;
      throw new Error("on purpose");
    };
    for (const server of servers) server.every({ name: `periodic-${topic}`, everyMs: 10, run });
    await until(() => expect(runs).toBeGreaterThanOrEqual(3));
    expect(most).toBe(1);
  });
});
