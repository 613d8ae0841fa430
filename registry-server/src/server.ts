import type { Server } from "node:http";
import type { Logger } from "pino";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { Consumptions } from "./consumers/consumptions.ts";
import { openDatabase } from "./database/database.ts";
import { StartError } from "./database/migrate.ts";
import { drain, listen, listenerFor } from "./http/listener.ts";
import { onlyLoopback } from "./http/loopback.ts";
import { startLoop } from "./jobs/loop.ts";
import { applyDuePolicies } from "./retention/job.ts";
import { announceDue } from "./revocations/announcing.ts";
import { serverCaller } from "./tokens/scopes.ts";
import { type Bootstrap, bootstrapTokens } from "./tokens/service.ts";
import type { Clock } from "./unit.ts";
import { backfill } from "./versions/backfill.ts";
import { expireOverdue } from "./versions/expiry.ts";

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
  const database = await openDatabase(config.databaseUrl, log, config.dataDir).catch((error: unknown) => {
    throw asStartError(error, "The database cannot be used");
  });
  try {
    const { dev, incompleteTtl: incompleteTtlMs } = config;
    const consumptions = new Consumptions(database, clock, log);
    const closing = new AbortController();
    const needs = { database, log, clock, dev, incompleteTtlMs, consumptions, closing: closing.signal };
    const app = createApp(needs);
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
        closing.abort();
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

function asStartError(error: unknown, what: string): StartError {
  if (error instanceof StartError) return error;
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  return new StartError(`${what}: ${(cause as Error).message}.`);
}
