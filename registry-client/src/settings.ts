import { defaultConsumer } from "./consumer.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { isName, nameRule } from "./reference.ts";

/** What every client of a registry (provider, plugin, command) can be told; parsed, checked, ready to use. */
export type Settings = {
  address: URL;
  token: string | undefined;
  /** Exchanged for a token where none is given. */
  identity?: Identity | undefined;
  namespace: string | undefined;
  caFile: string | undefined;
  timeoutMs: number;
  consumer: string | undefined;
};

export type SettingKey = "address" | "token" | "namespace" | "ca_file" | "timeout" | "consumer";

/** A setting that cannot be used. The message names where it came from, what it accepts and what to do. */
export class SettingsError extends Error {
  /** The argument the value belongs to, as users write it: `address`, `ca_file` ... */
  readonly key: string;

  constructor(key: string, message: string) {
    super(message);
    this.name = "SettingsError";
    this.key = key;
  }
}

export const DEFAULT_ADDRESS = "http://127.0.0.1:8421";
const DEFAULT_TIMEOUT = "30s";
const LONGEST_TIMEOUT_MS = 3_600_000;
const LONGEST_CONSUMER = 255;
const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Reads the settings that all clients share. An argument wins over its variable (`address` over `WAYBILL_ADDRESS`);
 * an empty string counts as not given.
 *
 * @throws {SettingsError} for the first value that cannot be used; the value of `token` is never in the message
 */
export function readSettings(
  args: Partial<Record<SettingKey, string | undefined>>,
  env: NodeJS.ProcessEnv,
): Settings {
  const find = (key: SettingKey): Given | undefined => {
    const variable = `WAYBILL_${key.toUpperCase()}`;
    if (args[key]) return { key, source: key, value: args[key] };
    return env[variable] ? { key, source: variable, value: env[variable] } : undefined;
  };
  const token = parseToken(find("token"));
  return Object.freeze({
    address: parseAddress(find("address") ?? { key: "address", source: "address", value: DEFAULT_ADDRESS }),
    token,
    identity: token === undefined ? readIdentity(env) : undefined,
    namespace: parseNamespace(find("namespace")),
    caFile: find("ca_file")?.value,
    timeoutMs: parseTimeout(find("timeout") ?? { key: "timeout", source: "timeout", value: DEFAULT_TIMEOUT }),
    consumer: parseConsumer(find("consumer")) ?? defaultConsumer(env)?.slice(0, LONGEST_CONSUMER),
  });
}

type Given = { key: SettingKey; source: string; value: string };

function parseAddress({ key, source, value }: Given): URL {
  const accepted = "an http:// or https:// address such as https://waybill.example.com";
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.username || url?.password) {
    throw new SettingsError(
      key,
      `${source} must not contain a user name or password; write the address without them and give the token as token or WAYBILL_TOKEN`,
    );
  }
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    // A value that is no URL may still hold a password ("user:secret@host"), so it is shown only without an "@".
    const shown = value.includes("@") ? "what was given" : JSON.stringify(value);
    throw new SettingsError(key, `${source} must be ${accepted}, not ${shown}`);
  }
  if (url.search || url.hash) {
    throw new SettingsError(key, `${source} must be ${accepted}, without "?" and "#" parts`);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function parseToken(given: Given | undefined): string | undefined {
  const token = given?.value.trim();
  if (!given || !token) return undefined;
  if (!/^[\x21-\x7e]{1,512}$/.test(token)) {
    throw new SettingsError(
      given.key,
      `${given.source} contains spaces, line breaks or characters that no token has; give the token exactly as the registry printed it (wbl_...)`,
    );
  }
  return token;
}

function parseNamespace(given: Given | undefined): string | undefined {
  if (!given || isName(given.value)) return given?.value;
  throw new SettingsError(given.key, `${given.source} is ${JSON.stringify(given.value)}, but ${nameRule}`);
}

function parseTimeout({ key, source, value }: Given): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value.trim()) ?? [];
  const ms = Math.round(Number(amount) * (UNIT_MS[unit ?? ""] ?? Number.NaN));
  if (ms >= 1 && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw new SettingsError(
    key,
    `${source} is ${JSON.stringify(value)}, but must be a duration between 1ms and 1h such as 500ms, 30s or 2m`,
  );
}

function parseConsumer(given: Given | undefined): string | undefined {
  if (!given) return undefined;
  if (given.value.length <= LONGEST_CONSUMER && !/\p{Cc}/u.test(given.value)) return given.value;
  throw new SettingsError(
    given.key,
    `${given.source} must be at most ${LONGEST_CONSUMER} characters of printable text: the name of the workspace, job or host that reads`,
  );
}
