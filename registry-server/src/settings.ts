/** Every setting of the server: its flag and variable follow from its name, its line of the usage from what is here. */
import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { proxyHeaders } from "./limits/clients.ts";
import { isNetwork } from "./outbound/addresses.ts";
import { isToken } from "./tokens/token.ts";

/** A setting: how its value is written, what it is for, and what it accepts. */
export type Setting = {
  /** What stands for the value in the usage, such as `host:port`; nothing for a switch. */
  value?: string;
  /** What it is for, with its default; lines of at most 60 characters. */
  help: string;
  schema: z.ZodType;
  /** Left out of the flags: everybody on the machine can see flags, so no secret is given by one. */
  secret?: boolean;
  /** Left out of the variables: a switch that must be seen in the command. */
  flagOnly?: boolean;
};

/**
 * A duration as a setting.
 *
 * @param least, most what it accepts, written as the operator would: `1m`, `365d`
 */
export function duration(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return z
    .string()
    .transform((text) => parseDuration(text) ?? -1)
    .refine(
      (ms) => ms >= from && ms <= to,
      `must be a duration between ${least} and ${most}, such as ${least}`,
    );
}

/** A whole number as a setting. */
export function wholeNumber(least: number, most: number) {
  const accepted = `must be a whole number between ${least} and ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, accepted)
    .transform(Number)
    .refine((number) => number >= least && number <= most, accepted);
}

const sizeUnits: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/**
 * A number of bytes as a setting.
 *
 * @param least, most what it accepts, written as the operator would: `64KiB`, `1GiB`
 */
export function size(least: string, most: string) {
  const bytes = (text: string) => {
    const [, digits, unit] = /^(\d{1,12})(B|KiB|MiB|GiB)$/.exec(text) ?? [];
    return Number(digits ?? -1) * (sizeUnits[unit ?? ""] ?? 1);
  };
  const accepted = `must be a number of bytes between ${least} and ${most}, such as 64MiB or 1GiB`;
  return z
    .string()
    .transform(bytes)
    .refine((count) => count >= bytes(least) && count <= bytes(most), accepted);
}

/** A list as a setting: its items are separated by commas. */
export function list<T>(item: z.ZodType<T, string>) {
  const split = (text: string) => text.split(",").map((one) => one.trim());
  return z
    .string()
    .transform((text) => split(text).filter((one) => one !== ""))
    .pipe(z.array(item));
}

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

/** A rate as a setting: so many requests in so much time, or `off`. */
const rate = z
  .string()
  .regex(/^(off|[1-9]\d{0,8}\/[1-9]\d{0,5}[smh])$/, "must be requests and a time, such as 12000/1m, or off")
  .transform((text) => {
    const [requests = "", time = ""] = text.split("/");
    return text === "off" ? undefined : { requests: Number(requests), windowMs: parseDuration(time) ?? 0 };
  });

const databaseUrl = z
  .string()
  .refine(
    (url) => /^sqlite:.+/.test(url) || (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)),
    "must be sqlite:<path of a file> or postgres://user:password@host:port/database",
  );

export const settings = {
  listen: {
    value: "host:port",
    help: "where to listen (127.0.0.1:8421)",
    schema: listen.prefault("127.0.0.1:8421"),
  },
  databaseUrl: {
    value: "url",
    help: "sqlite:<path> or postgres://... (SQLite in the data directory)",
    schema: databaseUrl.optional(),
  },
  dataDir: {
    value: "path",
    help: "where data lies ($XDG_DATA_HOME/waybill or ~/.local/share/waybill)",
    schema: z.string().optional(),
  },
  files: {
    value: "where",
    help: "directory:<path> or s3://bucket/prefix for the bytes of files\n(directory:<data-dir>/files)",
    schema: z
      .string()
      .regex(
        /^(directory:.+|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._/-]*)?)$/,
        "must be directory:<path> or s3://<bucket>/<prefix>",
      )
      .optional(),
  },
  maxFileSize: {
    value: "size",
    help: "how large a file may be (100GiB)",
    schema: size("1MiB", "5120GiB").prefault("100GiB"),
  },
  s3Endpoint: {
    value: "url",
    help: "where S3 is, when it is not that of AWS; credentials come from\nAWS_ACCESS_KEY_ID and so on",
    schema: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  },
  s3Region: {
    value: "name",
    help: "region of the bucket (AWS_REGION, or us-east-1)",
    schema: z.string().min(1).optional(),
  },
  providers: {
    value: "path",
    help: "releases of Terraform providers to offer to whoever asks, in a\ndirectory for each namespace (none)",
    schema: z.string().min(1).optional(),
  },
  incompleteTtl: {
    value: "time",
    help: "when a version nobody reports to expires (7d)",
    schema: duration("1m", "365d").prefault("7d"),
  },
  maxLogSize: {
    value: "size",
    help: "how much of the log of a build is kept (64MiB)",
    schema: size("64KiB", "4GiB").prefault("64MiB"),
  },
  allowNetworks: {
    value: "cidr,...",
    help: "private networks that webhooks and the like may reach (none)",
    schema: list(
      z.string().refine(isNetwork, "must be networks such as 10.1.0.0/16,fd00::/8, separated by commas"),
    ).prefault(""),
  },
  tlsCert: {
    value: "path",
    help: "PEM certificate with its chain: speak TLS; read again when\nit changes, and on SIGHUP",
    schema: z.string().optional(),
  },
  tlsKey: {
    value: "path",
    help: "PEM private key of the certificate",
    schema: z.string().optional(),
  },
  trustedProxies: {
    value: "networks",
    help: "proxies that are believed who sends a request, such as\n10.0.0.0/8,::1 (none)",
    schema: list(
      z.string().refine(isNetwork, "must be networks such as 10.1.0.0/16,fd00::/8, separated by commas"),
    ).prefault(""),
  },
  trustedProxyHeader: {
    value: "name",
    help: "where they say so: x-forwarded-for or forwarded\n(x-forwarded-for)",
    schema: z.enum(proxyHeaders).default("x-forwarded-for"),
  },
  tokenRate: {
    value: "rate",
    help: "requests that a token may send, or off (12000/1m)",
    schema: rate.prefault("12000/1m"),
  },
  addressRate: {
    value: "rate",
    help: "requests that an address may send without a token, or off\n(3000/1m)",
    schema: rate.prefault("3000/1m"),
  },
  maxRequests: {
    value: "number",
    help: "requests under way at once; more are answered 503 (1000)",
    schema: wholeNumber(1, 100_000).prefault("1000"),
  },
  maxConnections: {
    value: "number",
    help: "open connections; half of them at most from one address\n(10000)",
    schema: wholeNumber(2, 1_000_000).prefault("10000"),
  },
  requestTimeout: {
    value: "time",
    help: "how long a request may take to arrive (60s)",
    schema: duration("1s", "1h").prefault("60s"),
  },
  metricsListen: {
    value: "host:port",
    help: "where to tell /metrics to whoever asks, without a token (nowhere)",
    schema: listen.optional(),
  },
  smtpUrl: {
    help: "where e-mail is sent: smtp://user:password@host:587 or smtps://",
    schema: z
      .string()
      .refine(
        (url) => /^smtps?:\/\/[^/]/.test(url) && URL.canParse(url),
        "must be smtp://user:password@host:587 or smtps://user:password@host:465",
      )
      .optional(),
    secret: true,
  },
  mailFrom: {
    value: "address",
    help: "who e-mail is from, such as waybill@example.com",
    schema: z.email("must be an e-mail address such as waybill@example.com").optional(),
  },
  logLevel: {
    value: "level",
    help: "fatal, error, warn, info, debug, trace or silent (info)",
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  },
  dev: {
    help: "ask for no token; listens on loopback only",
    schema: z.boolean().default(false),
    flagOnly: true,
  },
  bootstrapToken: {
    help: "the first admin token of an empty database; without it one is\nmade and printed once",
    schema: z
      .string()
      .refine(isToken, "must be wbl_ and 43 characters of base64url (256 random bits)")
      .optional(),
    secret: true,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
