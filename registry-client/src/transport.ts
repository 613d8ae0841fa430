import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import type { Settings } from "./settings.ts";

export type Exchange = {
  method: string;
  url: URL;
  headers: Record<string, string | number>;
  body: string | Uint8Array | undefined;
  signal: AbortSignal;
};
export type Answer = { status: number; headers: IncomingHttpHeaders; bytes: Buffer };

/** `ca_file` cannot be read or holds no certificate; the message says which. */
export class UnusableCaFile extends Error {}

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
   * Sends one request and reads the whole answer.
   *
   * @throws the error of the socket, of TLS or of the signal, as Node gives it; {@link OversizedAnswer};
   *   {@link UnusableCaFile}
   */
  async send(exchange: Exchange): Promise<Answer> {
    this.#wire ??= this.#open();
    const wire = await this.#wire;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const { method, headers, signal } = exchange;
    const options: RequestOptions = { method, headers, signal, agent: wire.agent };
    const request = wire.request(exchange.url, options, (response) => {
      readAll(response).then(resolve, reject);
    });
    request.on("error", reject);
    request.end(exchange.body);
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
    const ca = await this.#readCa();
    const https = await import("node:https");
    return { agent: new https.Agent({ ...options, ...(ca && { ca }) }), request: https.request };
  }

  async #readCa(): Promise<string | undefined> {
    const { caFile } = this.#settings;
    if (caFile === undefined) return undefined;
    const { readFile } = await import("node:fs/promises");
    const pem = await readFile(caFile, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new UnusableCaFile(`ca_file ${caFile} cannot be read: ${error.code ?? error.message}`);
    });
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
    throw new UnusableCaFile(`ca_file ${caFile} holds no certificate; give a file of PEM certificates`);
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

/** Whether `http.Agent` of this Node.js takes `proxyEnv`. */
export function knowsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major === 22) return minor >= 21;
  return major === 24 ? minor >= 5 : major > 24;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

async function readAll(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) throw new OversizedAnswer();
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes: Buffer.concat(chunks),
  };
}
