import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import { type Settings, SettingsError } from "./settings.ts";

export type Exchange = {
  method: string;
  url: URL;
  headers: Record<string, string | number>;
  /** Whole, or to be read while it is sent. */
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  signal: AbortSignal;
};
/** An answer whose body is still to be read. */
export type Opened = { status: number; headers: IncomingHttpHeaders; stream: IncomingMessage };
export type Answer = { status: number; headers: IncomingHttpHeaders; bytes: Buffer };

/** The answer was larger than anything a registry sends. */
export class OversizedAnswer extends Error {}

/** Far above the largest version a registry can hold, far below what would exhaust a small machine. */
export const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

type Wire = { agent: Agent; request: typeof import("node:http").request };

/**
 * One kept-alive way to one registry. `node:http` or `node:https` is loaded with the first request, because the
 * provider's start is measured in milliseconds and `terraform validate` never asks the registry anything.
 */
export class Transport {
  readonly #settings: Settings;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: (message: string) => void;
  #wire: Promise<Wire> | undefined;

  constructor(settings: Settings, env: NodeJS.ProcessEnv, log: (message: string) => void) {
    this.#settings = settings;
    this.#env = env;
    this.#log = log;
  }

  /**
   * Sends one request; the signal holds until the answer is read.
   *
   * @throws the error of the socket, of TLS, of the signal or of the body, as Node gives it; {@link SettingsError} of `ca_file`
   */
  async send({ method, url, headers, body, signal }: Exchange): Promise<Opened> {
    this.#wire ??= this.#open();
    const wire = await this.#wire;
    const { promise, resolve, reject } = Promise.withResolvers<Opened>();
    const options: RequestOptions = { method, headers, signal, agent: wire.agent };
    const request = wire.request(url, options, (stream) => {
      resolve({ status: stream.statusCode ?? 0, headers: stream.headers, stream });
    });
    request.on("error", reject);
    if (typeof body === "object" && Symbol.asyncIterator in body) {
      sendAll(request, body).catch((error: Error) => request.destroy(error));
    } else request.end(body);
    return promise;
  }

  /** Closes idle connections. Calls under way end by themselves. */
  close(): void {
    void this.#wire?.then(
      ({ agent }) => agent.destroy(),
      () => undefined,
    );
  }

  async #open(): Promise<Wire> {
    const proxyEnv = this.#proxyEnv();
    const options = { keepAlive: true, maxSockets: 16, ...(proxyEnv && { proxyEnv }) };
    if (this.#settings.address.protocol === "http:") {
      const http = await import("node:http");
      return { agent: new http.Agent(options), request: http.request };
    }
    const ca = await readCaFile(this.#settings);
    const https = await import("node:https");
    return { agent: new https.Agent({ ...options, ...(ca && { ca }) }), request: https.request };
  }

  #proxyEnv(): NodeJS.ProcessEnv | undefined {
    const { protocol, hostname } = this.#settings.address;
    const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
    const proxy = this.#env[name.toLowerCase()] || this.#env[name];
    // A registry on this machine is never behind a proxy; Node leaves that to NO_PROXY, other clients do not.
    if (!proxy || isLoopback(hostname)) return undefined;
    if (knowsProxies(process.versions.node)) return this.#env;
    this.#log(
      `${name} is set, but Node.js ${process.versions.node} cannot use it here and connects directly; proxies need Node.js 22.21, 24.5 or newer`,
    );
    return undefined;
  }
}

/**
 * Reads the certificates that are trusted besides those of the system.
 *
 * @throws {SettingsError} when the file cannot be read or holds no certificate
 */
export async function readCaFile({ caFile }: Pick<Settings, "caFile">): Promise<string | undefined> {
  if (caFile === undefined) return undefined;
  const { readFile } = await import("node:fs/promises");
  const pem = await readFile(caFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new SettingsError("ca_file", `ca_file ${caFile} cannot be read: ${error.code ?? error.message}`);
  });
  const { X509Certificate } = await import("node:crypto");
  try {
    new X509Certificate(pem);
  } catch {
    const sentence = `ca_file ${caFile} holds no certificate; give a file of PEM certificates`;
    throw new SettingsError("ca_file", sentence);
  }
  return pem;
}

/** Whether `http.Agent` of this Node.js takes `proxyEnv`. */
export function knowsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major === 22) return minor >= 21;
  return major === 24 ? minor >= 5 : major > 24;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/** @throws OversizedAnswer */
export async function readAll({ status, headers, stream }: Opened): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) throw new OversizedAnswer();
    chunks.push(chunk);
  }
  return { status, headers, bytes: Buffer.concat(chunks) };
}

/** Never holds more than a chunk. A registry may answer, and close, before it has read everything. */
async function sendAll(request: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  let goOn: () => void = () => undefined;
  request.on("drain", () => goOn()).on("close", () => goOn());
  for await (const chunk of body) {
    if (request.destroyed) return;
    if (request.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
  request.end();
}
