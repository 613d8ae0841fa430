import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { Consumptions } from "./consumers/consumptions.ts";
import { openDatabase } from "./database/database.ts";
import { StartError } from "./database/migrate.ts";
import { type Fetch, onlyLoopback } from "./http/loopback.ts";
import { Problem, type ProblemCode } from "./http/problem.ts";
import { startLoop } from "./jobs/loop.ts";
import { applyDuePolicies } from "./retention/job.ts";
import { announceDue } from "./revocations/announcing.ts";
import { serverCaller } from "./tokens/scopes.ts";
import { type Bootstrap, bootstrapTokens } from "./tokens/service.ts";
import type { Clock } from "./unit.ts";
import { backfill } from "./versions/backfill.ts";
import { expireOverdue } from "./versions/expiry.ts";

const drainMs = 10_000;
const closeIdleEveryMs = 50;
/** The loop waits for at most one and a half times as long, so what a crash loses was resolved within five seconds. */
const flushEveryMs = 3_000;
const backfillEveryMs = 1_000;
/** Few enough that stopping never waits for long. */
const backfillBatch = 200;
/** How late the event of a scheduled revocation may be; the revocation itself is not. */
const announceEveryMs = 10_000;

export type RunningServer = {
  url: string;
  bootstrap: Bootstrap;
  /** Stops accepting, lets requests under way end (for at most ten seconds), and closes the database. */
  close(): Promise<void>;
};

/**
 * Opens the database, listens, and starts the jobs.
 *
 * @throws StartError when the database or the address cannot be used
 */
export async function runServer(config: Config, log: Logger, clock: Clock): Promise<RunningServer> {
  const database = await openDatabase(config.databaseUrl, log).catch((error: unknown) => {
    throw asStartError(error, "The database cannot be used");
  });
  try {
    const { dev, incompleteTtl: incompleteTtlMs } = config;
    const consumptions = new Consumptions(database, clock, log);
    const app = createApp({ database, log, clock, dev, incompleteTtlMs, consumptions });
    const { isUnavailable } = database;
    const server = listenerFor(dev ? onlyLoopback(app.fetch, { log, isUnavailable }) : app.fetch);
    const url = await listen(server, config.listen);
    const bootstrap = await bootstrapAt(server);
    const stopExpiry = startLoop(
      {
        name: "expiry",
        everyMs: Math.min(incompleteTtlMs / 4, 60_000),
        run: () => expire(),
      },
      log,
    );

    const stopRetention = startLoop(
      {
        name: "retention",
        everyMs: 60_000,
        run: () => retain(),
      },
      log,
    );

    /** Only a server that listens makes the token it shows once; until then no request has one that is known. */
    async function bootstrapAt(listening: Server): Promise<Bootstrap> {
      if (dev) return { givenIsUnknown: false };
      try {
        return await bootstrapTokens(database, clock, config.bootstrapToken);
      } catch (error) {
        await drain(listening);
        throw error;
      }
    }

    async function retain(): Promise<void> {
      await consumptions.flush();
      const count = await applyDuePolicies(database, clock, serverCaller("retention"));
      if (count > 0) log.info({ count }, "versions deleted by retention");
    }

    const stopAnnouncing = startLoop(
      {
        name: "revocation",
        everyMs: announceEveryMs,
        run: async () => {
          const count = await announceDue(database, clock, serverCaller("revocation"));
          if (count > 0) log.info({ count }, "revocations took effect");
        },
      },
      log,
    );

    const stopBackfill = startLoop(
      {
        name: "backfill",
        everyMs: backfillEveryMs,
        run: async () => {
          const count = await backfill(database, clock, backfillBatch);
          if (count > 0) log.info({ count }, "earlier versions linked and made searchable");
        },
      },
      log,
    );

    const stopFlushing = startLoop(
      { name: "consumption", everyMs: flushEveryMs, run: () => consumptions.flush() },
      log,
    );

    async function expire(): Promise<void> {
      const count = await expireOverdue(database, clock, incompleteTtlMs, serverCaller("expiry"));
      if (count > 0) log.info({ count }, "incomplete versions expired");
    }

    return {
      url,
      bootstrap,
      async close() {
        await Promise.all([drain(server), stopExpiry(), stopAnnouncing(), stopRetention()]);
        await Promise.all([stopFlushing(), stopBackfill()]);
        await consumptions.flush().catch((error: unknown) => {
          log.warn({ err: error }, "who resolved what in the last seconds could not be written");
        });
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function listenerFor(fetch: Fetch): Server {
  const serverOptions = {
    requestTimeout: 60_000,
    headersTimeout: 15_000,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 16_384,
    connectionsCheckingInterval: 5_000,
  };
  const server = createAdaptorServer({ fetch, createServer, serverOptions }) as Server;
  server.maxRequestsPerSocket = 0;
  writeTogether(server);
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

function listen(server: Server, { host, port }: Config["listen"]): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(asStartError(error, `Cannot listen on ${host}:${port}`)));
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve(`http://${shown}:${address.port}`);
    });
  });
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that becomes idle only now would otherwise stay until its keep-alive ends.
  const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  const giveUp = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(closeIdle);
  clearTimeout(giveUp);
}

function asStartError(error: unknown, what: string): StartError {
  if (error instanceof StartError) return error;
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  return new StartError(`${what}: ${(cause as Error).message}.`);
}

/**
 * Sends the answers to requests that arrived together one right after the other instead of each as it is ready, so
 * that whoever waits for them is woken up once.
 */
function writeTogether(server: Server): void {
  let held: ServerResponse[] = [];
  function release(): void {
    const responses = held;
    held = [];
    for (const response of responses) response.uncork();
  }
  server.prependListener("request", (_request, response: ServerResponse) => {
    response.cork();
    if (held.push(response) === 1) setImmediate(release);
  });
}
