/** How long the body of a request may take. Node has one limit for all requests, which a large upload would meet. */
import type { IncomingMessage, Server } from "node:http";
import { Problem } from "./problem.ts";

/** A body that is read whole must be here after this long. */
const wholeBodyMs = 60_000;
/** One that is handed on while it arrives must go on: this much, each time this long. */
const leastBytes = 64 * 1024;
const leastBytesEveryMs = 60_000;

const limits = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Ends requests whose body does not arrive in time, unless their route reads them by {@link expectSlowly}. */
export function limitArrival(server: Server): void {
  server.prependListener("request", (request: IncomingMessage) => {
    const { headers, socket } = request;
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return;
    const timer = setTimeout(() => {
      const error = Object.assign(new Error("slow"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
      if (!request.complete) server.emit("clientError", error, socket);
    }, wholeBodyMs);
    timer.unref();
    limits.set(request, timer);
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
  clearTimeout(limits.get(request));
  let arrived = 0;
  const watch = setInterval(() => {
    const detail = `Less than ${leastBytes / 1024} KiB of the body arrived in ${leastBytesEveryMs / 1000} seconds.`;
    if (arrived < leastBytes) request.destroy(new Problem("request_timeout", detail));
    arrived = 0;
  }, leastBytesEveryMs);
  watch.unref();
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      arrived += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid_request", "The body ended before all of it had arrived.");
  } finally {
    clearInterval(watch);
  }
}
