import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { StartError } from "./database/migrate.ts";
import { parseDuration } from "./duration.ts";
import { isToken } from "./tokens/token.ts";

const shortestTtl = 60_000;
const longestTtl = 365 * 86_400_000;

const listen = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/,
    "must be host:port, such as 127.0.0.1:8421 or [::1]:8421",
  )
  .transform((text) => {
    const at = text.lastIndexOf(":");
    return { host: text.slice(0, at).replace(/^\[(.*)\]$/, "$1"), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, "must have a port between 0 and 65535");

const databaseUrl = z
  .string()
  .refine(
    (url) => /^sqlite:.+/.test(url) || (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)),
    "must be sqlite:<path of a file> or postgres://user:password@host:port/database",
  );

const ttl = z
  .string()
  .transform((text) => parseDuration(text) ?? 0)
  .refine(
    (ms) => ms >= shortestTtl && ms <= longestTtl,
    "must be a duration between 1m and 365d, such as 12h or 7d",
  );

const shape = {
  listen: listen.prefault("127.0.0.1:8421"),
  databaseUrl: databaseUrl.optional(),
  dataDir: z.string().optional(),
  dev: z.boolean().default(false),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  incompleteTtl: ttl.prefault("7d"),
  bootstrapToken: z
    .string()
    .refine(isToken, "must be wbl_ and 43 characters of base64url (256 random bits)")
    .optional(),
};

/** Where each setting comes from. The bootstrap token has no flag: everybody on the machine can see flags. */
const sources = {
  listen: { flag: "listen", variable: "WAYBILL_LISTEN" },
  databaseUrl: { flag: "database-url", variable: "WAYBILL_DATABASE_URL" },
  dataDir: { flag: "data-dir", variable: "WAYBILL_DATA_DIR" },
  dev: { flag: "dev", variable: undefined },
  logLevel: { flag: "log-level", variable: "WAYBILL_LOG_LEVEL" },
  incompleteTtl: { flag: "incomplete-ttl", variable: "WAYBILL_INCOMPLETE_TTL" },
  bootstrapToken: { flag: undefined, variable: "WAYBILL_BOOTSTRAP_TOKEN" },
} as const satisfies Record<keyof typeof shape, { flag?: string | undefined; variable?: string | undefined }>;

export type Config = {
  listen: { host: string; port: number };
  databaseUrl: string;
  dataDir: string;
  dev: boolean;
  logLevel: string;
  incompleteTtlMs: number;
  bootstrapToken: string | undefined;
};

export const usage = `Usage: waybill serve [flags]

Starts the registry server. A flag wins over its variable.

  --listen host:port        WAYBILL_LISTEN           where to listen (127.0.0.1:8421)
  --database-url url        WAYBILL_DATABASE_URL     sqlite:<path> or postgres://... (SQLite in the data directory)
  --data-dir path           WAYBILL_DATA_DIR         where data lies ($XDG_DATA_HOME/waybill or ~/.local/share/waybill)
  --incomplete-ttl time     WAYBILL_INCOMPLETE_TTL   when a version nobody reports to expires (7d)
  --log-level level         WAYBILL_LOG_LEVEL        fatal, error, warn, info, debug, trace or silent (info)
  --dev                                              ask for no token; listens on loopback only
  --help                                             show this
                            WAYBILL_BOOTSTRAP_TOKEN  the first admin token of an empty database; without it one is
                                                     made and printed once
`;

/** A wrong setting: one sentence that names its flag or variable and what it accepts. */
export class ConfigError extends StartError {}

/**
 * Reads the settings of the server, once, from flags and environment.
 *
 * @param args what follows `waybill serve`
 * @returns the settings, or "help" when the usage was asked for
 * @throws ConfigError
 */
export function readConfig(args: string[], env: NodeJS.ProcessEnv): Config | "help" {
  const flags = readFlags(args);
  if (flags.help === true) return "help";
  const given: Record<string, unknown> = {};
  const names: Record<string, string> = {};
  for (const [key, { flag, variable }] of Object.entries(sources)) {
    const byFlag = flag === undefined ? undefined : flags[flag];
    const byVariable = variable === undefined ? undefined : env[variable] || undefined;
    given[key] = byFlag ?? byVariable;
    names[key] = byFlag !== undefined || variable === undefined ? `--${flag}` : variable;
  }
  const result = z.object(shape).safeParse(given);
  if (!result.success) throw wrongSetting(result.error.issues, names);
  const { incompleteTtl, databaseUrl, bootstrapToken, dataDir: chosenDir, ...config } = result.data;
  if (config.dev && !isLoopback(config.listen.host)) {
    const name = names.listen;
    throw new ConfigError(
      `${name} is "${config.listen.host}", but --dev asks for no token and so listens on loopback only: use 127.0.0.1, [::1] or localhost, or leave --dev out.`,
    );
  }
  const dataDir = resolve(chosenDir ?? defaultDataDir(env));
  return {
    ...config,
    dataDir,
    databaseUrl: databaseUrl ?? `sqlite:${join(dataDir, "waybill.sqlite")}`,
    incompleteTtlMs: incompleteTtl,
    bootstrapToken,
  };
}

function readFlags(args: string[]): Record<string, string | boolean | undefined> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    listen: text,
    "database-url": text,
    "data-dir": text,
    "log-level": text,
    "incomplete-ttl": text,
    dev: flag,
    help: { ...flag, short: "h" },
  };
  try {
    return parseArgs({ args, options: { ...options, help: { type: "boolean", short: "h" } }, strict: true })
      .values;
  } catch (error) {
    const [first = ""] = (error as Error).message.split(". ");
    throw new ConfigError(`${first.replace(/\.$/, "")}. "waybill serve --help" lists the flags.`);
  }
}

function wrongSetting(issues: z.core.$ZodIssue[], names: Record<string, string>): ConfigError {
  const [issue] = issues;
  const name = names[String(issue?.path[0])] ?? "A setting";
  const accepted =
    issue?.code === "invalid_value"
      ? `must be one of ${issue.values.join(", ")}`
      : (issue?.message ?? "is wrong");
  // The value is left out: it may hold a password or be a token.
  return new ConfigError(`${name} ${accepted}.`);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function defaultDataDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "waybill");
}
