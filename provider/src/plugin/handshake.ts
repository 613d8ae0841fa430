/** What a client tells the process it starts, read from the environment. */
export type Handshake = {
  /** PEM of the only client that may connect; undefined where the client wants no TLS. */
  readonly clientCertificate: string | undefined;
  readonly socketDirectory: string | undefined;
  readonly ports: { readonly min: number; readonly max: number };
  readonly multiplexAsked: boolean;
};

export type Address = { readonly network: "unix" | "tcp"; readonly text: string };

/** The protocol this process speaks. A client that cannot is told so by its own handshake, naming both sides. */
export const PROTOCOL_VERSION = 6;
const CORE_PROTOCOL_VERSION = 1;
const MAGIC_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/** Reads the handshake; undefined when it was not Terraform or OpenTofu that started this process. */
export function readHandshake(env: NodeJS.ProcessEnv): Handshake | undefined {
  if (env.TF_PLUGIN_MAGIC_COOKIE !== MAGIC_COOKIE) return undefined;
  return {
    clientCertificate: env.PLUGIN_CLIENT_CERT || undefined,
    socketDirectory: env.PLUGIN_UNIX_SOCKET_DIR || undefined,
    ports: { min: port(env.PLUGIN_MIN_PORT, 10_000), max: port(env.PLUGIN_MAX_PORT, 25_000) },
    multiplexAsked: Boolean(env.PLUGIN_MULTIPLEX_GRPC),
  };
}

/** Writes the one line that the client waits for on stdout. */
export function handshakeLine(handshake: Handshake, address: Address, certificate?: Buffer): string {
  const fields = [CORE_PROTOCOL_VERSION, PROTOCOL_VERSION, address.network, address.text, "grpc"];
  // Go decodes it as base64 without padding, and clients of before multiplexing stop reading at this field.
  const encoded = certificate?.toString("base64").replace(/=+$/, "") ?? "";
  return `${[...fields, encoded, ...(handshake.multiplexAsked ? ["false"] : [])].join("|")}\n`;
}

/** Writes the value of `TF_REATTACH_PROVIDERS` with which clients find a process that they did not start. */
export function reattachConfig(sources: readonly string[], address: Address, pid: number): string {
  const entry = {
    Protocol: "grpc",
    ProtocolVersion: PROTOCOL_VERSION,
    Pid: pid,
    Test: true,
    Addr: { Network: address.network, String: address.text },
  };
  return JSON.stringify(Object.fromEntries(sources.map((source) => [source, entry])));
}

function port(text: string | undefined, fallback: number): number {
  const value = Number(text || fallback);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new RangeError(
    `PLUGIN_MIN_PORT and PLUGIN_MAX_PORT must be port numbers, not ${JSON.stringify(text)}`,
  );
}
