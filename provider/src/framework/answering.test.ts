import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLogger } from "../plugin/logger.ts";
import { answering, CHANGE_GRACE_MS } from "./answering.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;
/** What waits until it is told to stop. */
const work = ({ signal }: { signal: AbortSignal }) =>
  new Promise<{ done: boolean }>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("stopped")));
  });
const outcome = (answer: Promise<{ diagnostics: { summary: string }[] }>) => {
  const ended: string[] = [];
  void answer.then(({ diagnostics }) => ended.push(diagnostics[0]?.summary ?? "done"));
  return ended;
};

test("an interrupt ends at once what only reads; a change may still end by itself", async () => {
  const { answer, stop } = answering(createLogger("test", {}));
  const read = outcome(answer("Read", never, work));
  const change = outcome(answer("Apply", never, work, { newState: "as before" }));
  stop();
  await vi.advanceTimersByTimeAsync(CHANGE_GRACE_MS - 1);
  expect([read, change]).toEqual([["Cancelled"], []]);
  await vi.advanceTimersByTimeAsync(1);
  expect(change).toEqual(["Cancelled"]);
});

test("a client that is gone waits for no change", async () => {
  const { answer } = answering(createLogger("test", {}));
  const gone = new AbortController();
  const change = answer("Apply", gone.signal, work, { newState: "as before" });
  gone.abort();
  expect(await change).toMatchObject({ newState: "as before", diagnostics: [{ summary: "Cancelled" }] });
});

test("what begins after an interrupt is not concerned", async () => {
  const { answer, stop } = answering(createLogger("test", {}));
  stop();
  const change = outcome(answer("Close", never, work, {}));
  await vi.advanceTimersByTimeAsync(2 * CHANGE_GRACE_MS);
  expect(change).toEqual([]);
});
