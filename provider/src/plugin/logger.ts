const LEVELS = ["trace", "debug", "info", "warn", "error", "off"] as const;
type Level = (typeof LEVELS)[number];

/** Writes what may help to find a fault; fields never hold secrets. */
export type Logger = Readonly<
  Record<Exclude<Level, "off">, (message: string, fields?: Readonly<Record<string, unknown>>) => void>
>;

/**
 * Makes the logger whose lines Terraform merges into its own log: JSON on stderr, at the level of
 * `TF_LOG_PROVIDER`, then `TF_LOG`. Without either, only errors are written.
 */
export function createLogger(
  name: string,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  const threshold = LEVELS.indexOf(readLevel(env.TF_LOG_PROVIDER || env.TF_LOG));
  const log = (level: Level) =>
    LEVELS.indexOf(level) < threshold
      ? () => {}
      : (message: string, fields?: Readonly<Record<string, unknown>>) => {
          const line = { "@level": level, "@message": message, "@module": name, "@timestamp": timestamp() };
          write(`${JSON.stringify({ ...line, ...fields }, (_key, value) => printable(value))}\n`);
        };
  return {
    trace: log("trace"),
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
  };
}

/** With six digits, which Go demands: of another line than that, the client reads nothing but text. */
function timestamp(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

function readLevel(text: string | undefined): Level {
  if (!text) return "error";
  const level = LEVELS.find((known) => known === text.toLowerCase());
  // Terraform takes any other text, "JSON" among them, as a wish for everything.
  return level ?? "trace";
}

function printable(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Error ? (value.stack ?? value.message) : value;
}
