import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Recorded = { method: string; path: string; headers: string; body: string };

/** Stands between a client and the registry, and keeps what the client sent. */
export class RecordingProxy {
  readonly requests: Recorded[] = [];
  /** So many answers to writes are thrown away: the registry has acted, and the client does not know. */
  answersToLose = 0;
  /** Awaited before a request, and later its answer, is passed on: a test may hold either. */
  hold: (request: Recorded, what: "request" | "answer") => Promise<void> | void = () => undefined;
  /** Nothing is passed on, and nobody is told: the registry hangs. */
  hangs = false;
  readonly #target: string;
  readonly #server: Server;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((incoming, answer) => {
      this.#pass(incoming, answer).catch(() => answer.destroy());
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const { method = "GET", url = "/" } = incoming;
    const recorded = { method, path: url, headers: incoming.rawHeaders.join("\n"), body: body.toString() };
    this.requests.push(recorded);
    if (this.hangs) return;
    await this.hold(recorded, "request");
    const outgoing = request(new URL(url, this.#target), { method, headers: incoming.headers });
    outgoing.end(body);
    const [answered] = (await once(outgoing, "response")) as [IncomingMessage];
    const content = Buffer.concat(await answered.toArray());
    await this.hold(recorded, "answer");
    if (method !== "GET" && this.answersToLose > 0) {
      this.answersToLose -= 1;
      answer.destroy();
      return;
    }
    answer.writeHead(answered.statusCode ?? 502, answered.headers).end(content);
  }
}
