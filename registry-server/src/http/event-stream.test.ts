import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EventStream, type StreamedEvent } from "./event-stream.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const stays = async (): Promise<void> => {};
const never = new AbortController().signal;

/** A source that gives some events and then waits for its signal; it knows whether it has ended. */
function source(...events: StreamedEvent[]) {
  const state = { hasEnded: false, asked: 0 };
  const stream = new EventStream(async function* give(signal) {
    try {
      for (const event of events) {
        state.asked++;
        yield event;
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      state.hasEnded = true;
    }
  });
  return { stream, state };
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  const { value } = await reader.read();
  return value && new TextDecoder().decode(value);
}

it("writes events as the standard says, whatever line ends their data has", async () => {
  const { stream } = source({ id: "7" }, { id: "8", event: "e", data: "one\ntwo\r\nthree" }, { data: "" });
  const reader = stream.toStream({ closing: never, mayStay: stays }).getReader();
  const written = [await next(reader), await next(reader), await next(reader), await next(reader)];
  expect(written).toEqual([
    ": following\n\n",
    "id: 7\n\n",
    "id: 8\nevent: e\ndata: one\ndata: two\ndata: three\n\n",
    "data: \n\n",
  ]);
  await reader.cancel();
});

it("keeps a quiet connection open, and asks then whether its reader may still read", async () => {
  const mayStay = vi.fn(stays);
  const { stream, state } = source();
  const reader = stream.toStream({ closing: never, mayStay }).getReader();
  await next(reader);
  const quiet = next(reader);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await quiet).toBe(": keep-alive\n\n");
  expect(mayStay).toHaveBeenCalledTimes(1);
  mayStay.mockRejectedValue(new Error("revoked"));
  const reading = next(reader);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await reading).toBe(": keep-alive\n\n");
  expect(await next(reader)).toBeUndefined();
  expect(state.hasEnded).toBe(true);
});

it("asks for no event before the one before it is taken, and lets go who takes nothing for a minute", async () => {
  const { stream, state } = source(...Array.from({ length: 100 }, (_, index) => ({ data: String(index) })));
  const reader = stream.toStream({ closing: never, mayStay: stays }).getReader();
  await next(reader);
  await vi.advanceTimersByTimeAsync(45_000);
  expect(state).toEqual({ hasEnded: false, asked: 1 });
  expect(await next(reader)).toBe("data: 0\n\n");
  await vi.advanceTimersByTimeAsync(45_000);
  expect(state).toEqual({ hasEnded: false, asked: 2 });
  await vi.advanceTimersByTimeAsync(30_000);
  await expect(reader.read()).rejects.toThrow("takes nothing");
  expect(state.hasEnded).toBe(true);
});

it("ends its source when the reader leaves, and its answer when the server ends", async () => {
  const left = source({ data: "a" });
  const reader = left.stream.toStream({ closing: never, mayStay: stays }).getReader();
  await next(reader);
  await reader.cancel();
  await vi.advanceTimersByTimeAsync(0);
  expect(left.state.hasEnded).toBe(true);

  const closing = new AbortController();
  const ended = source();
  const other = ended.stream.toStream({ closing: closing.signal, mayStay: stays }).getReader();
  await next(other);
  const waiting = next(other);
  closing.abort();
  expect(await waiting).toBeUndefined();
  expect(ended.state.hasEnded).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
