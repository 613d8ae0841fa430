import { once } from "node:events";
import { createServer, IncomingMessage, type ServerResponse } from "node:http";
import { connect, Socket } from "node:net";
import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { drain, HeldResponse, listen } from "./listener.ts";

/** A connection that only notes, in one list with all others, what is written to it. */
class NotingSocket extends Socket {
  readonly #note: (text: string) => void;

  constructor(note: (text: string) => void) {
    super();
    this.#note = note;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#note(chunk.toString());
    done();
  }

  override _writev(chunks: { chunk: Buffer | string }[], done: () => void): void {
    this.#note(chunks.map(({ chunk }) => chunk.toString()).join(""));
    done();
  }
}

describe("answers to requests that arrived together", () => {
  function start(answer: (path: string, response: ServerResponse) => void) {
    const noted: string[] = [];
    const arrive = (path: string) => {
      const response = new HeldResponse(new IncomingMessage(new NotingSocket(() => {})));
      response.assignSocket(new NotingSocket((text) => noted.push(text.replace(/^.*\r\n\r\n/s, ""))));
      answer(path, response);
    };
    return { noted, arrive };
  }

  it("leave one right after the other when the last one is ready", async () => {
    const { noted, arrive } = start((path, response) => {
      response.writeHead(200, { "Content-Length": 5 });
      response.end(`${path}done`);
    });
    arrive("1");
    arrive("2");
    expect(noted).toEqual([]);
    await endOfTurn();
    expect(noted).toEqual(["1done", "2done"]);
  });

  it("do not keep one waiting that is ready later, nor one of a later turn", async () => {
    const later: ServerResponse[] = [];
    const { noted, arrive } = start((path, response) => {
      if (path === "slow") later.push(response);
      else response.end(path);
    });
    arrive("slow");
    arrive("quick");
    await endOfTurn();
    expect(noted).toEqual(["quick"]);
    for (const response of later) response.end("slow");
    await endOfTurn();
    expect(noted).toEqual(["quick", "slow"]);
    arrive("next");
    await endOfTurn();
    expect(noted).toEqual(["quick", "slow", "next"]);
  });
});

describe("a port", () => {
  const host = "127.0.0.1";

  it.runIf(process.platform === "linux")(
    "takes in several connections with each turn of the event loop",
    async () => {
      const turns = new Set<number>();
      let turn = 0;
      const server = createServer((_request, response) => response.end("here"));
      server.on("connection", () => turns.add(turn));
      const port = Number(new URL(await listen(server, { host, port: 0 })).port);
      const clients = Array.from({ length: 100 }, () => connect(port, host));
      const answers = clients.map(async (client) => {
        client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        return String(await once(client, "data"));
      });
      const all = Promise.all(answers).then(() => true);
      while (!(await Promise.race([all, endOfTurn(false)]))) turn += 1;
      expect((await all) && turns.size).toBeLessThan(clients.length / 2);
      const left = connect(port, host);
      await once(left, "connect");
      left.destroy();
      await drain(server);
      // By none of the places where they came in.
      for (let count = 0; count < 20; count++) {
        await expect(once(connect(port, host), "connect")).rejects.toThrow("ECONNREFUSED");
      }
    },
  );

  it("is not shared with another server, and whoever wants it is told what to do", async () => {
    const [first, second] = [createServer(), createServer()];
    const port = Number(new URL(await listen(first, { host, port: 0 })).port);
    await expect(listen(second, { host, port })).rejects.toThrow(
      /^Cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*Stop what listens there/,
    );
    await drain(first);
    expect(await listen(second, { host, port })).toBe(`http://${host}:${port}`);
    await drain(second);
  });
});
