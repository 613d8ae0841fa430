import type { Logger } from "pino";
import { createApp } from "./app.ts";
import { type Config, ConfigError } from "./config.ts";
import { Consumptions } from "./consumers/consumptions.ts";
import { openDatabase } from "./database/database.ts";
import { StartError } from "./database/migrate.ts";
import { openFileStore } from "./files/stores/store.ts";
import { type Front, openFront } from "./http/front.ts";
import { onlyLoopback } from "./http/loopback.ts";
import { startLoop } from "./jobs/loop.ts";
import { periodicJobs } from "./jobs/periodic.ts";
import { openJobs } from "./jobs/queue.ts";
import { Gate } from "./limits/gate.ts";
import { Metrics } from "./metrics/metrics.ts";
import { measureProcess } from "./metrics/process.ts";
import { measureRegistry, timeWrites } from "./metrics/registry.ts";
import { createOutbound, type Outbound } from "./outbound/fetch.ts";
import { openProviders } from "./providers/store.ts";
import { type Bootstrap, bootstrapTokens } from "./tokens/bootstrap.ts";
import { LastUses } from "./tokens/last-uses.ts";
import type { Clock } from "./unit.ts";
import { createMailer, type Mailer } from "./webhooks/email.ts";

/** The loop waits for at most one and a half times as long, so what a crash loses was resolved within five seconds. */
const flushEveryMs = 3_000;
/** At most once a minute: each commit makes SQLite's readers forget the look-ups they remember. */
const noteUsesEveryMs = 60_000;

export type RunningServer = {
  url: string;
  /** Where the metrics are told to whoever asks, when that is wanted. */
  metricsUrl: string | undefined;
  bootstrap: Bootstrap;
  /** Why files cannot be stored now, although the rest works. */
  filesProblem: string | undefined;
  /** Stops accepting, lets requests under way end (for at most ten seconds), and closes the database. */
  close(): Promise<void>;
};

/**
 * Opens the database, listens, and starts the jobs.
 *
 * @throws StartError when the database or the address cannot be used; UnreachableError when the database does not answer
 */
export async function runServer(config: Config, log: Logger, clock: Clock): Promise<RunningServer> {
  const release = await keepDatabase(config);
  try {
    const server = await runAlone(config, log, clock);
    return { ...server, close: () => server.close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** Keeps a database for this server, where it can have one only. */
async function keepDatabase({ databaseUrl, dataDir, listen }: Config): Promise<() => void> {
  if (!databaseUrl.startsWith("sqlite:") || databaseUrl === "sqlite::memory:") return () => {};
  const { keepForOneServer } = await import("./database/serving.ts");
  return keepForOneServer(databaseUrl.slice("sqlite:".length), dataDir, `${listen.host}:${listen.port}`);
}

async function runAlone(config: Config, log: Logger, clock: Clock): Promise<RunningServer> {
  const opened = await openDatabase(config.databaseUrl, log, config.dataDir).catch((error: unknown) => {
    throw asStartError(error, "The database cannot be used", config);
  });
  const metrics = new Metrics();
  const database = timeWrites(opened, metrics);
  const jobs = await openJobs(database, config.databaseUrl, log).catch(async (error: unknown) => {
    await database.close();
    throw asStartError(error, "The database cannot be used for jobs", config);
  });
  try {
    const { dev, incompleteTtl: incompleteTtlMs, maxLogSize, maxFileSize } = config;
    const files = await openFileStore(config.files, { endpoint: config.s3Endpoint, region: config.s3Region });
    // What needs no files goes on without; and an upload says the same again.
    const filesProblem = await files.ping().catch((error: Error) => {
      if (error instanceof StartError) throw error;
      log.error({ err: error }, "files cannot be stored now");
      return error.message;
    });
    const providers = await openProviders(config.providers);
    const consumptions = new Consumptions(database, clock, log);
    const lastUses = new LastUses(database, clock);
    const outbound = createOutbound({ allowedNetworks: config.allowNetworks });
    const mail = mailerOf(config, outbound);
    const closing = new AbortController();
    const needs = { database, log, clock, dev, incompleteTtlMs, consumptions, jobs, closing: closing.signal };
    // In development there is one who sends requests, and all of them have no token.
    const gate = new Gate(dev ? { ...config, tokenRate: undefined, addressRate: undefined } : config);
    const app = createApp({
      ...needs,
      maxLogSize,
      lastUses,
      outbound,
      mail,
      files,
      maxFileSize,
      providers,
      gate,
      metrics,
    });
    const { isUnavailable } = database;
    const answer = dev ? onlyLoopback(app.fetch, { log, isUnavailable }) : app.fetch;
    const front = await openFront(config, answer, { log, gate, metrics });
    const stopMeasuring = measureProcess(metrics);
    measureRegistry(metrics, { database, jobs, gate });
    const bootstrap = await bootstrapAt(front);
    for (const job of periodicJobs({ ...needs, files })) jobs.every(job);
    const flushing = { name: "consumption", everyMs: flushEveryMs, run: () => consumptions.flush() };
    const stopFlushing = startLoop(flushing, new AbortController().signal, log);
    const noting = { name: "last-uses", everyMs: noteUsesEveryMs, run: () => lastUses.flush() };
    const stopNoting = startLoop(noting, new AbortController().signal, log);

    /** Only a server that listens makes the token it shows once; until then no request has one that is known. */
    async function bootstrapAt(listening: Front): Promise<Bootstrap> {
      if (dev) return { givenIsUnknown: false };
      try {
        return await bootstrapTokens(database, clock, config.bootstrapToken);
      } catch (error) {
        await listening.close();
        throw error;
      }
    }

    return {
      url: front.url,
      metricsUrl: front.metricsUrl,
      bootstrap,
      filesProblem: filesProblem ?? undefined,
      async close() {
        closing.abort();
        // Requests under way may still add jobs.
        await front.close();
        stopMeasuring();
        await Promise.all([jobs.stop(), stopFlushing(), stopNoting()]);
        await consumptions.flush().catch((error: unknown) => {
          log.warn({ err: error }, "who resolved what in the last seconds could not be written");
        });
        await lastUses.flush().catch((error: unknown) => {
          log.warn({ err: error }, "when tokens were used last could not be written");
        });
        await database.close();
      },
    };
  } catch (error) {
    await jobs.stop();
    await database.close();
    throw error;
  }
}

function mailerOf({ smtpUrl: url, mailFrom: from }: Config, outbound: Outbound): Mailer | undefined {
  if (url === undefined && from === undefined) return undefined;
  if (url !== undefined && from !== undefined) return createMailer({ url, from, outbound });
  throw new ConfigError("WAYBILL_SMTP_URL and WAYBILL_MAIL_FROM are needed together, to send e-mail.");
}

/** The database does not answer, which may be otherwise a moment later. */
export class UnreachableError extends StartError {}

function asStartError(error: unknown, what: string, { databaseUrl }: Config): StartError {
  if (error instanceof StartError) return error;
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const advice = "Check WAYBILL_DATABASE_URL, and that the database runs; waybill doctor looks closer.";
  const Kind = databaseUrl.startsWith("sqlite:") ? StartError : UnreachableError;
  return new Kind(`${what}: ${(cause as Error).message}. ${advice}`);
}
