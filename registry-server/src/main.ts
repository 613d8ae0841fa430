import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { type Config, ConfigError, readConfig, secretsOf, usage, variableOf } from "./config.ts";
import { StartError } from "./database/migrate.ts";
import { shownDatabase } from "./database/shown.ts";
import { redactWith } from "./log/redact.ts";
import { unknownVariables } from "./operating/variables.ts";
import { type RunningServer, runServer, UnreachableError } from "./server.ts";
import type { SettingName } from "./settings.ts";
import type { Clock } from "./unit.ts";

export type { RunningServer } from "./server.ts";

/** Settings of {@link startServer}, as flags and variables have them; everything has a default. */
export type ServerOptions = Partial<Record<Exclude<SettingName, "dev">, string>> & {
  dev?: boolean;
  clock?: Clock;
};

/**
 * Starts a registry in this process, for tests and tools. It reads no environment, takes any free port, keeps its data
 * in memory and logs nothing, unless told otherwise.
 *
 * @throws ConfigError, StartError
 * @example
 * const server = await startServer({ dev: true });
 * await fetch(`${server.url}/healthz`);
 * await server.close();
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { dev, clock, ...given } = options;
  const scratch = join(tmpdir(), `waybill-${randomUUID()}`);
  const inMemory =
    given.dataDir === undefined ? { databaseUrl: "sqlite::memory:", files: `directory:${scratch}` } : {};
  const values = { listen: "127.0.0.1:0", logLevel: "silent", ...inMemory, ...given };
  const variables = Object.entries(values).map(([name, value]) => [variableOf(name as SettingName), value]);
  const config = readConfig(dev === true ? ["--dev"] : [], Object.fromEntries(variables));
  if (config === "help") throw new Error("no flag asks for help here");
  const server = await runServer(config, logTo(config), clock ?? (() => new Date()));
  const close = () => server.close().finally(() => rm(scratch, { recursive: true, force: true }));
  return { ...server, close };
}

/**
 * The command `waybill serve`: runs until SIGTERM or SIGINT.
 *
 * @param args what follows `serve`
 * @returns the exit code: 0 after a drain, 1 when it cannot start, 2 when a setting is wrong, 3 when the database does
 *   not answer
 */
export async function serve(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const remarks = unknownVariables(env).map((sentence) => `${sentence}.`);
  try {
    const config = readConfig(args, env);
    if (config === "help") {
      process.stdout.write(usage());
      return 0;
    }
    const log = logTo(config);
    // It asks for certificates to be read again, which ends no server that has none; but a terminal that goes away does.
    if (!process.stdout.isTTY) process.on("SIGHUP", () => log.info("certificates are read again"));
    const server = await runServer(config, log, () => new Date());
    // Before it says that it runs: who reads that may stop it at once.
    const told = untilSignal();
    announce(config, server, remarks);
    log.info({ signal: await told }, "draining");
    await server.close();
    log.info("stopped");
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    // What is misspelt is the likely cause.
    const sentences = [error.message, ...remarks].map((sentence) => `waybill serve: ${sentence}\n`);
    process.stderr.write(redactWith([])(sentences.join("")));
    if (error instanceof UnreachableError) return 3;
    return error instanceof ConfigError ? 2 : 1;
  }
}

function logTo(config: Config): pino.Logger {
  const { logLevel: level } = config;
  const formatters = { level: (label: string) => ({ level: label }) };
  const hooks = { streamWrite: redactWith(secretsOf(config)) };
  const { isoTime: timestamp } = pino.stdTimeFunctions;
  return pino({ level, base: null, timestamp, formatters, hooks }, pino.destination({ fd: 2, sync: true }));
}

/** Says all that an operator needs to know in one piece, so that whoever reads it has it whole. */
function announce(config: Config, server: RunningServer, remarks: string[]): void {
  const { url, metricsUrl, bootstrap, filesProblem } = server;
  const lines = [`Waybill registry listens on ${url}`, `Data: ${shownDatabase(config.databaseUrl)}`];
  if (metricsUrl !== undefined) lines.push(`Metrics, without a token: ${metricsUrl}/metrics`);
  if (config.dev) lines.push("Development mode: no token is asked for; only this machine can connect.");
  if (bootstrap.shown !== undefined) lines.push(`Admin token (shown once): ${bootstrap.shown}`);
  if (bootstrap.givenIsUnknown) {
    lines.push(
      "WAYBILL_BOOTSTRAP_TOKEN was ignored: the database has tokens already, and it is none of them.",
    );
  }
  if (filesProblem !== undefined) lines.push(`No files can be stored now. ${filesProblem}`);
  process.stdout.write(`${[...lines, ...remarks].join("\n")}\n`);
}

/** Waits for the signal to stop; a second one ends the process at once. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals = ["SIGTERM", "SIGINT"] as const;
    for (const signal of signals) {
      process.once(signal, () => {
        for (const other of signals) process.once(other, () => process.exit(130));
        resolve(signal);
      });
    }
  });
}
