import { setTimeout as delay } from "node:timers/promises";
import type { Caller, CallOptions } from "./caller.ts";
import { RegistryError } from "./problem.ts";

/** One event of a `text/event-stream`. */
export type StreamedEvent = { id: string | undefined; event: string; data: string };

/** Longer than the events of any registry. */
const LONGEST_LINE = 16 * 1024 * 1024;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A registry that starts again, or is replaced, is back by then. */
const PATIENCE_MS = 60_000;

/**
 * Follows what a registry streams, and comes back after the last event it has seen when the connection breaks. Ends
 * only when whoever reads does, or the registry refuses, or stays away.
 *
 * @param path below the address
 * @param after the id of the event after which to begin; without it, where the registry says
 * @throws {RegistryError}
 */
export async function* followEvents(
  caller: Caller,
  path: string,
  options: CallOptions = {},
  after?: string,
): AsyncGenerator<StreamedEvent> {
  let lastId = after;
  let pauseMs = FIRST_PAUSE_MS;
  let aliveAt = performance.now();
  for (;;) {
    try {
      const headers = { accept: "text/event-stream", ...(lastId && { "last-event-id": lastId }) };
      const { stream } = await caller.open({ method: "GET", path, headers }, options);
      for await (const event of readEvents(stream)) {
        lastId = event.id ?? lastId;
        if (event.data !== "") yield event;
        [pauseMs, aliveAt] = [FIRST_PAUSE_MS, performance.now()];
      }
    } catch (error) {
      const isAway = error instanceof RegistryError && error.kind === "unreachable";
      if (!isAway || performance.now() - aliveAt > PATIENCE_MS) throw error;
    }
    await delay(pauseMs, undefined, options).catch(() => {
      throw new RegistryError("cancelled", "the request was cancelled");
    });
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** The events of a stream, without its comments; one with an id and no data only tells where the reader is. */
export async function* readEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let fields: Record<string, string> = {};
  let data: string[] = [];
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new RegistryError("invalid_response", "an event is too long");
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0 || fields.id !== undefined)
          yield { id: fields.id, event: fields.event ?? "message", data: data.join("\n") };
        [fields, data] = [{}, []];
        continue;
      }
      const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (name === "data") data.push(value);
      else fields[name] = value;
    }
  }
}
