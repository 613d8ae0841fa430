/** How long the body of a request may take. Node has one limit for all requests, which a large upload would meet. */
import type { IncomingMessage, Server } from "node:http";
import { Problem } from "./problem.ts";

/** What must arrive of a body that is handed on while it does, in the time that others have for all of it. */
const leastBytes = 64 * 1024;

type Limit = { timer: NodeJS.Timeout; mostMs: number; giveUp(): void };
const limits = new WeakMap<IncomingMessage, Limit>();

/**
 * Ends requests whose body does not arrive in time, unless their route reads them by {@link expectSlowly}.
 *
 * @param mostMs how long a body may take that is read whole
 */
export function limitArrival(server: Server, mostMs: number): void {
  server.prependListener("request", (request: IncomingMessage) => {
    const { headers, socket } = request;
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return;
    const giveUp = () => {
      const error = Object.assign(new Error("slow"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
      if (!request.complete) server.emit("clientError", error, socket);
    };
    const timer = setTimeout(giveUp, mostMs);
    timer.unref();
    limits.set(request, { timer, mostMs, giveUp });
    request.once("close", () => clearTimeout(timer));
  });
}

/**
 * The body of a request, for as long as it goes on arriving. It is not destroyed when it is left early, so that its
 * sender can still be told why.
 *
 * @throws Problem `request_timeout`
 */
export async function* expectSlowly(request: IncomingMessage): AsyncIterable<Uint8Array> {
  const { timer, mostMs = 60_000, giveUp } = limits.get(request) ?? {};
  clearTimeout(timer);
  let arrived = 0;
  let isLate = false;
  const watch = setInterval(() => {
    isLate = arrived < leastBytes;
    arrived = 0;
    if (isLate) giveUp?.();
  }, mostMs);
  watch.unref();
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      arrived += chunk.length;
      yield chunk;
    }
  } catch {
    const detail = `Less than ${leastBytes / 1024} KiB of the body arrived in ${mostMs / 1000} seconds.`;
    if (isLate) throw new Problem("request_timeout", detail);
    throw new Problem("invalid_request", "The body ended before all of it had arrived.");
  } finally {
    clearInterval(watch);
  }
}
