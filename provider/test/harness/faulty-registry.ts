import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Identity } from "../../src/plugin/certificate.ts";

export type Fault = (response: ServerResponse, request: IncomingMessage) => void;

/** What stands where a registry should, and answers as a test wants it; with an identity by TLS. */
export class FaultyRegistry {
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #scheme: string;
  fault: Fault = problem(500, "internal");

  private constructor(server: Server, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
  }

  static async start(identity?: Identity): Promise<FaultyRegistry> {
    const answer: RequestListener = (request, response) => {
      registry.requests.push(`${request.method} ${request.url}`);
      request.resume().on("end", () => registry.fault(response, request));
    };
    const server = identity
      ? createTlsServer({ key: identity.key, cert: identity.certificate }, answer)
      : createServer(answer);
    const registry = new FaultyRegistry(server, identity ? "https" : "http");
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return registry;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  address(host = "127.0.0.1"): string {
    return `${this.#scheme}://${host}:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

/** A refusal as registries write it. */
export function problem(status: number, code: string, more: object = {}, headers: object = {}): Fault {
  return (response) => {
    const body = { type: "about:blank", title: code, status, code, detail: `Said ${code}.`, ...more };
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function body(status: number, contentType: string, text: string): Fault {
  return (response) => void response.writeHead(status, { "content-type": contentType }).end(text);
}
