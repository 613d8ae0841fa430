import { z } from "@hono/zod-openapi";

/**
 * One event of a `text/event-stream`; with an `id`, a client that comes back says so in `Last-Event-ID`. An id without
 * data is no event for the client, and only tells where it is.
 */
export type StreamedEvent = { id?: string; event?: string; data?: string };

export type StreamNeeds = { closing: AbortSignal; mayStay(): Promise<void> };

/** Proxies close connections on which nothing is sent, mostly after a minute. */
const keepAliveMs = 15_000;
/** A reader that takes nothing for so long is gone, or as good as. */
const stalledMs = 60_000;

const encoder = new TextEncoder();
const following = encoder.encode(": following\n\n");
const keepAlive = encoder.encode(": keep-alive\n\n");
const written = new WeakMap<StreamedEvent, Uint8Array>();

/** An event as it is sent; one that many follow is written once. */
function write(event: StreamedEvent): Uint8Array {
  const earlier = written.get(event);
  if (earlier) return earlier;
  const head = `${event.id === undefined ? "" : `id: ${event.id}\n`}${event.event === undefined ? "" : `event: ${event.event}\n`}`;
  const data = event.data?.split(/\r\n|\n|\r/).map((line) => `data: ${line}\n`);
  const bytes = encoder.encode(`${head}${data?.join("") ?? ""}\n`);
  written.set(event, bytes);
  return bytes;
}

/**
 * An answer that goes on for as long as its reader stays: a `text/event-stream`.
 *
 * An event is asked for only when the reader has taken the one before, so a slow reader costs no memory here; whoever
 * makes the events must not keep them for it without a limit.
 */
export class EventStream {
  readonly #follow: (signal: AbortSignal) => AsyncIterable<StreamedEvent>;

  /** @param follow makes the events, until its signal says that nobody reads any more */
  constructor(follow: (signal: AbortSignal) => AsyncIterable<StreamedEvent>) {
    this.#follow = follow;
  }

  static readonly headers = {
    "Content-Type": "text/event-stream",
    // nginx would otherwise keep back what is sent until there is a lot of it.
    "X-Accel-Buffering": "no",
  };

  /**
   * @param needs.closing says that the server ends; the reader comes back to another one
   * @param needs.mayStay fails when the reader may not read any more; asked now and then
   */
  toStream({ closing, mayStay }: StreamNeeds): ReadableStream<Uint8Array> {
    const ended = new AbortController();
    const events = this.#follow(ended.signal)[Symbol.asyncIterator]();
    let keepingAlive: NodeJS.Timeout | undefined;
    let idleTurns = 0;
    function end(): void {
      clearInterval(keepingAlive);
      closing.removeEventListener("abort", end);
      ended.abort();
      // It may also be between two events, where it sees no signal.
      events.return?.().catch(() => {});
    }
    closing.addEventListener("abort", end);
    if (closing.aborted) end();

    return new ReadableStream<Uint8Array>({
      start(controller) {
        // The first bytes take the headers along, so that the reader knows that it follows.
        controller.enqueue(following);
        keepingAlive = setInterval(() => {
          mayStay().catch(end);
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(keepAlive);
          if (++idleTurns * keepAliveMs < stalledMs) return;
          end();
          controller.error(new Error("the reader takes nothing"));
        }, keepAliveMs).unref();
      },
      async pull(controller) {
        idleTurns = 0;
        const turn = await events.next().catch((error: unknown) => {
          end();
          throw error;
        });
        if (!turn.done) return controller.enqueue(write(turn.value));
        end();
        controller.close();
      },
      cancel: end,
    });
  }
}

/** One event, as those who read streams take it apart. */
const eventShape = z.object({ id: z.string(), event: z.string(), data: z.string() }).partial();

/** The response entry of a route contract that answers with an {@link EventStream}. */
export function eventStreamAnswer(description: string, example: StreamedEvent) {
  return { description, content: { "text/event-stream": { schema: eventShape, example } } };
}
