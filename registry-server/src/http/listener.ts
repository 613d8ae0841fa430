import { createServer, type Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { StartError } from "../database/migrate.ts";
import { limitArrival } from "./arrival.ts";
import type { Fetch } from "./loopback.ts";
import { Problem, type ProblemCode } from "./problem.ts";

const drainMs = 10_000;
const closeIdleEveryMs = 50;

/** Makes the HTTP server that hands requests to the application; it does not listen yet. */
export function listenerFor(fetch: Fetch): Server {
  const serverOptions = {
    // Bodies have limits of their own, see arrival.ts.
    requestTimeout: 0,
    headersTimeout: 15_000,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 16_384,
    connectionsCheckingInterval: 5_000,
    ServerResponse: HeldResponse,
  };
  const server = createServer(serverOptions, getRequestListener(fetch));
  server.maxRequestsPerSocket = 0;
  limitArrival(server);
  server.on("clientError", answerBadRequest);
  return server;
}

/** Answers what is not HTTP, too large or too slow; it never reaches a route. */
function answerBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [code, detail] = badRequests[error.code ?? ""] ?? ["invalid_request", "This is not an HTTP request."];
  const problem = new Problem(code, detail);
  const body = JSON.stringify(problem.toBody());
  const head = `HTTP/1.1 ${problem.status} Bad Request\r\nContent-Type: application/problem+json\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\n\r\n${body}`);
}

const badRequests: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ["headers_too_large", "The headers are larger than 16 KiB."],
  ERR_HTTP_REQUEST_TIMEOUT: ["request_timeout", "The request did not arrive within a minute."],
};

/**
 * Listens, and gives the URL.
 *
 * @throws StartError when the address cannot be had
 */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(new StartError(`Cannot listen on ${host}:${port}: ${error.message}.`)),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve(`http://${shown}:${address.port}`);
    });
  });
}

/** Takes no new connections, and lets requests under way end, for at most ten seconds. */
export async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that becomes idle only now would otherwise stay until its keep-alive ends.
  const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  const giveUp = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(closeIdle);
  clearTimeout(giveUp);
}

let held: (() => void)[] = [];

function release(): void {
  const ends = held;
  held = [];
  for (const end of ends) end();
}

/**
 * A response that ends together with all others that are ready in the same turn of the event loop, so that whoever
 * waits for several of them is woken up once. (Corking does not do that: `end` uncorks.)
 */
export class HeldResponse extends ServerResponse {
  override end(...parameters: unknown[]): this {
    const end = () => super.end(...(parameters as [unknown, BufferEncoding]));
    if (held.push(end) === 1) setImmediate(release);
    return this;
  }
}
