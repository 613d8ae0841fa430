import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startLoop } from "./loop.ts";

const log = { warn: () => {} };
const { signal } = new AbortController();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("runs a job again and again, each time after one to one and a half intervals", async () => {
  const times: number[] = [];
  const run = async () => void times.push(Date.now());
  const stop = startLoop({ name: "test", everyMs: 10_000, run }, signal, log);
  await vi.advanceTimersByTimeAsync(200_000);
  await stop();
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(waits.length).toBeGreaterThanOrEqual(12);
  for (const wait of waits) {
    expect(wait).toBeGreaterThanOrEqual(10_000);
    expect(wait).toBeLessThanOrEqual(15_001);
  }
});

it("goes on after a failure", async () => {
  const run = vi.fn(async () => {
    throw new Error("on purpose");
  });
  const stop = startLoop({ name: "test", everyMs: 1_000, run }, signal, log);
  await vi.advanceTimersByTimeAsync(10_000);
  await stop();
  expect(run.mock.calls.length).toBeGreaterThan(3);
});

it("stops only when the run under way has ended, and then runs no more", async () => {
  let end = (): void => {};
  const run = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const stop = startLoop({ name: "test", everyMs: 1_000, run }, signal, log);
  await vi.advanceTimersByTimeAsync(2_000);
  const stopped = vi.fn();
  const stopping = stop().then(stopped);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stopped).not.toHaveBeenCalled();
  end();
  await stopping;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(run).toHaveBeenCalledTimes(1);
});
