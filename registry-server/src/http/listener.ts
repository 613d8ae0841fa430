import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { createServer as createSecureServer, Server as SecureServer } from "node:https";
import {
  type AddressInfo,
  createServer as createPlainServer,
  type ListenOptions,
  type Server as PlainServer,
  type Socket,
} from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { StartError } from "../database/migrate.ts";
import { answerHeaders } from "./answers.ts";
import { limitArrival } from "./arrival.ts";
import type { Fetch } from "./loopback.ts";
import { Problem, type ProblemCode } from "./problem.ts";

const drainMs = 10_000;
const closeIdleEveryMs = 50;
const longestHeadersMs = 15_000;
const handshakeMs = 10_000;
const keepAliveMs = 30_000;
/** How long a client has to read why it was refused. */
const lingerMs = 1_000;
/** A client that takes nothing of its answer for so long, or sends nothing, is gone. */
const idleMs = 300_000;
/** With fewer, clients that come together would be left to try again after one, three and seven seconds. */
const waitingConnections = 4_096;
/**
 * A turn of the event loop takes in one connection by each place where they come in. With one place, the last of
 * thousands that come together would wait for thousands of turns. Only Linux divides connections among several.
 */
const isShared = process.platform === "linux";
const moreDoors = 15;
const doorsOf = new WeakMap<Server, PlainServer[]>();
const headerKiB = 16;

export type ListenerOptions = {
  /** How long a request may take to arrive. */
  requestTimeout: number;
  /** Speaks TLS. */
  certificate?: { cert: Buffer; key: Buffer } | undefined;
  /** Whether a request came encrypted; not given where none can. */
  isSecure?: ((request: IncomingMessage) => boolean) | undefined;
};

/** Makes the HTTP server that hands requests to the application; it does not listen yet. */
export function listenerFor(fetch: Fetch, options: ListenerOptions): Server | SecureServer {
  const headersTimeout = Math.min(longestHeadersMs, options.requestTimeout);
  const serverOptions = {
    // Bodies have limits of their own, see arrival.ts.
    requestTimeout: 0,
    headersTimeout,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: headerKiB * 1024,
    connectionsCheckingInterval: Math.ceil(headersTimeout / 3),
    ServerResponse: HeldResponse,
  };
  const tls = { ...options.certificate, minVersion: "TLSv1.2", handshakeTimeout: handshakeMs } as const;
  const answer = getRequestListener(
    (request, env) => {
      const { rawHeaders } = (env as HttpBindings).incoming;
      return countHosts(rawHeaders) === 1 ? fetch(request, env) : answerUnreadable();
    },
    { errorHandler: answerUnreadable },
  );
  const server = options.certificate
    ? createSecureServer({ ...serverOptions, ...tls }, answer)
    : createServer(serverOptions, answer);
  server.maxRequestsPerSocket = 0;
  server.setTimeout(idleMs);
  const { isSecure } = options;
  if (isSecure) {
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
      if (isSecure(request)) response.setHeader("Strict-Transport-Security", "max-age=31536000");
    });
  }
  limitArrival(server, options.requestTimeout);
  server.on("clientError", answerBadRequest);
  return server;
}

/** Node takes the first of several, a proxy in front perhaps another. */
function countHosts(rawHeaders: string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  return count;
}

/** Answers what is HTTP and yet no request that has a URL. */
function answerUnreadable(): Response {
  const problem = new Problem("invalid_request", "The path or the Host header is not valid.");
  const type = { "Content-Type": "application/problem+json", Connection: "close" };
  const headers = { ...answerHeaders(randomUUID()), ...type };
  return new Response(JSON.stringify(problem.toBody()), { status: problem.status, headers });
}

/** Answers what is not HTTP, too large or too slow; it never reaches a route. */
function answerBadRequest(
  error: NodeJS.ErrnoException,
  from: Socket & { _httpMessage?: ServerResponse; _parent?: Socket },
): void {
  // What was to be the TLS connection is gone; the one below it still takes what the client understands.
  const socket = error.code === plainForTls && from._parent ? from._parent : from;
  // Into an answer that has begun nothing may be written.
  if (!socket.writable || error.code === "ECONNRESET" || from._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const [code, detail] = badRequests[error.code ?? ""] ?? ["invalid_request", "This is not an HTTP request."];
  const problem = new Problem(code, detail);
  const body = JSON.stringify(problem.toBody());
  const head = `HTTP/1.1 ${problem.status} Bad Request\r\nContent-Type: application/problem+json\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\n\r\n${body}`);
  // Who is slow on purpose would keep his half of the connection open, and the request with it.
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

const plainForTls = "ERR_SSL_HTTP_REQUEST";
const badRequests: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ["headers_too_large", `The headers are larger than ${headerKiB} KiB.`],
  [plainForTls]: [
    "invalid_request",
    "This port speaks TLS, and the request came without: write https:// in the address.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["request_timeout", "The request did not arrive in time."],
};

/**
 * Listens, and gives the URL.
 *
 * @throws StartError when the address cannot be had
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<string> {
  try {
    // Whoever shares a port does so with every other who does: that it is free shows only without.
    if (isShared && port !== 0) await closed(await opened(createPlainServer(), { host, port }));
    const at = { host, port, backlog: waitingConnections, reusePort: isShared };
    await opened(server, at);
    const { address, family, port: chosen } = server.address() as AddressInfo;
    doorsOf.set(server, isShared ? await openDoors(server, { ...at, host: address, port: chosen }) : []);
    const shown = family === "IPv6" ? `[${address}]` : address;
    return `${server instanceof SecureServer ? "https" : "http"}://${shown}:${chosen}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const advice = `${code === "EADDRINUSE" ? "Stop what listens there, or name" : "Name"} another address.`;
    throw new StartError(`Cannot listen on ${host}:${port}: ${message}. ${advice}`);
  }
}

/** Further places where connections of a server come in. */
async function openDoors(server: Server, at: ListenOptions): Promise<PlainServer[]> {
  const doors = Array.from({ length: moreDoors }, () => {
    const door = createPlainServer({ allowHalfOpen: true, noDelay: true });
    return door.on("connection", (socket) => server.emit("connection", socket)).unref();
  });
  await Promise.all(doors.map((door) => opened(door, at)));
  for (const door of doors) door.on("error", (error) => server.emit("error", error));
  return doors;
}

async function opened(server: PlainServer, at: ListenOptions): Promise<PlainServer> {
  await once(server.listen(at), "listening");
  return server;
}

function closed(server: PlainServer): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Takes no new connections, and lets requests under way end, for at most ten seconds. */
export async function drain(server: Server): Promise<void> {
  const ended = Promise.all([server, ...(doorsOf.get(server) ?? [])].map(closed));
  // A connection that becomes idle only now would otherwise stay until its keep-alive ends.
  const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  const giveUp = setTimeout(() => server.closeAllConnections(), drainMs);
  await ended;
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
