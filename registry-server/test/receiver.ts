import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type ReceivedRequest = { path: string; headers: Record<string, string>; body: string };
type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** Somebody else's server on this machine: keeps what it is sent, and answers as told. */
export class Receiver {
  readonly received: ReceivedRequest[] = [];
  /** How it answers; 204 by default. */
  answer: Answer = (response) => void response.writeHead(204).end();
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const received = { path: request.url ?? "", headers: flat(request.headers), body };
      this.received.push(received);
      this.answer(response, received);
    });
  }

  /** Answers with a status. */
  always(status: number, headers: Record<string, string> = {}, body = ""): void {
    this.answer = (response) => void response.writeHead(status, headers).end(body);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Starts one that ends with the test. */
  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    const server = receiver.#server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return receiver;
  }
}

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
