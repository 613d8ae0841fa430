import { IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HeldResponse } from "./listener.ts";

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
