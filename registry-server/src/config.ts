import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { StartError } from "./database/migrate.ts";
import { type Setting, type SettingName, settings } from "./settings.ts";

type Values = { [K in SettingName]: z.output<(typeof settings)[K]["schema"]> };

/** The settings of the server, read and checked; durations are in milliseconds. */
export type Config = Omit<Values, "databaseUrl" | "dataDir" | "files"> & {
  databaseUrl: string;
  dataDir: string;
  files: string;
};

/** A wrong setting: one sentence that names its flag or variable and what it accepts. */
export class ConfigError extends StartError {}

const entries = Object.entries(settings) as [SettingName, Setting][];

/** The variable of a setting: `WAYBILL_DATA_DIR` of `dataDir`. */
export function variableOf(name: SettingName): string {
  return `WAYBILL_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function flagOf(name: SettingName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What `waybill serve --help` prints. */
export function usage(): string {
  const rows = entries.map(([name, { value, help, secret, flagOnly }]) => ({
    flag: secret ? "" : `--${flagOf(name)}${value === undefined ? "" : ` ${value}`}`,
    variable: flagOnly ? "" : variableOf(name),
    help: help.split("\n"),
  }));
  rows.push({ flag: "--help", variable: "", help: ["show this"] });
  const flagWidth = Math.max(...rows.map(({ flag }) => flag.length));
  const variableWidth = Math.max(...rows.map(({ variable }) => variable.length));
  const indent = " ".repeat(flagWidth + variableWidth + 6);
  const lines = rows.map(({ flag, variable, help }) => {
    const start = `  ${flag.padEnd(flagWidth)}  ${variable.padEnd(variableWidth)}  `;
    return start + help.join(`\n${indent}`);
  });
  return `Usage: waybill serve [flags]

Starts the registry server. A flag wins over its variable. Every variable can also be given as a file: WAYBILL_X_FILE
names one that holds the value of WAYBILL_X, for secrets that are handed over as files.

${lines.join("\n")}
`;
}

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
  for (const [name, setting] of entries) {
    const byFlag = setting.secret ? undefined : flags[flagOf(name)];
    given[name] = byFlag ?? (setting.flagOnly ? undefined : readVariable(variableOf(name), env));
    names[name] = byFlag !== undefined || setting.flagOnly ? `--${flagOf(name)}` : variableOf(name);
  }
  const shape = Object.fromEntries(entries.map(([name, { schema }]) => [name, schema]));
  const result = z.object(shape).safeParse(given);
  if (!result.success) throw wrongSetting(result.error.issues, names);
  const values = result.data as Values;
  if (values.dev && !isLoopback(values.listen.host)) {
    throw new ConfigError(
      `${names.listen} is "${values.listen.host}", but --dev asks for no token and so listens on loopback only: use 127.0.0.1, [::1] or localhost, or leave --dev out.`,
    );
  }
  if ((values.tlsCert === undefined) !== (values.tlsKey === undefined)) {
    const [given, missing] = values.tlsCert === undefined ? ["tlsKey", "tlsCert"] : ["tlsCert", "tlsKey"];
    throw new ConfigError(`${names[given ?? ""]} is given without ${names[missing ?? ""]}: TLS needs both.`);
  }
  const dataDir = resolve(values.dataDir ?? defaultDataDir(env));
  return {
    ...values,
    dataDir,
    databaseUrl: values.databaseUrl ?? `sqlite:${join(dataDir, "waybill.sqlite")}`,
    files: values.files ?? `directory:${join(dataDir, "files")}`,
  };
}

/** What must be in no log: settings that are secret, and the password of the database, as it is written and meant. */
export function secretsOf(config: Config): (string | undefined)[] {
  const secrets = entries
    .filter(([, { secret }]) => secret)
    .map(([name]) => config[name] as string | undefined);
  const password = URL.canParse(config.databaseUrl) ? new URL(config.databaseUrl).password : "";
  return [...secrets, password, decodeURIComponent(password), process.env.AWS_SECRET_ACCESS_KEY];
}

function readVariable(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${variable}_FILE`];
  if (env[variable] || !file) return env[variable] || undefined;
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    throw new ConfigError(`${variable}_FILE names a file that cannot be read: ${(error as Error).message}.`);
  }
}

function readFlags(args: string[]): Record<string, string | boolean | undefined> {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {
    help: { type: "boolean", short: "h" },
  };
  for (const [name, { value, secret }] of entries) {
    if (!secret) options[flagOf(name)] = { type: value === undefined ? "boolean" : "string" };
  }
  try {
    return parseArgs({ args, options, strict: true }).values as Record<string, string | boolean | undefined>;
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
