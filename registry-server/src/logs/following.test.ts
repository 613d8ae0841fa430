import { beforeEach, describe, expect, it } from "vitest";
import { Api, ami, day, problemOf } from "../../test/api.ts";
import { emptyPostgres, forEachDatabase } from "../../test/databases.ts";
import { openDatabase } from "../database/database.ts";
import { eventOf, wholeCharacters } from "./following.ts";
import { LogReading } from "./reading.ts";

type Seen = { id: string | undefined; event: string | undefined; data: Record<string, unknown> };

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let count = 0;

  beforeEach(async () => {
    api = new Api(test.database);
    artifact = `following/a${++count}`;
    await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"] });
  });

  const url = (rest = "") => `/v1/artifacts/${artifact}/versions/fingerprint:f/builds/a/log${rest}`;

  async function put(query: string, body: string | Uint8Array<ArrayBuffer>) {
    expect((await api.request(url(query), { method: "PUT", body })).status).toBe(200);
  }

  async function follow(query = "", headers: Record<string, string> = {}) {
    const response = await api.request(url(`/follow${query}`), { headers });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    return eventsOf(response);
  }

  /** What a follower saw, as the log has it. */
  async function whole(events: AsyncIterable<Seen>): Promise<string> {
    const parts: Buffer[] = [];
    for await (const { data } of events) {
      if (typeof data.text === "string") parts.push(Buffer.from(data.text));
      if (typeof data.base64 === "string") parts.push(Buffer.from(data.base64, "base64"));
    }
    return Buffer.concat(parts).toString("latin1");
  }

  it("shows a log from before it has begun until it has ended", async () => {
    const events = await follow();
    await put("", "==> \x1b[32mbuilding\x1b[0m\r\n");
    expect((await events.next()).value).toEqual({
      id: "23",
      event: undefined,
      data: { offset: 0, text: "==> \x1b[32mbuilding\x1b[0m\r\n" },
    });
    await put("?offset=23", "done\n");
    expect((await events.next()).value).toMatchObject({ id: "28", data: { offset: 23, text: "done\n" } });
    await put("?offset=28&ended=true", "");
    expect((await events.next()).value).toEqual({ id: "28", event: "end", data: { offset: 28 } });
    expect((await events.next()).done).toBe(true);
  });

  it("goes on where a reader was that comes back", async () => {
    await put("?ended=true", "one\ntwo\n");
    const events = await follow("", { "Last-Event-ID": "4" });
    expect((await events.next()).value).toMatchObject({ data: { offset: 4, text: "two\n" } });
    const again = await follow("?offset=8");
    expect((await again.next()).value).toMatchObject({ event: "end" });
  });

  it("gives every byte to many at once, also to who comes later", async () => {
    const bytes = Buffer.from("Größe 12 °C\n".repeat(20_000));
    const seen = [whole(await follow()), whole(await follow())];
    for (let at = 0; at < bytes.length; at += 30_001) {
      await put(`?offset=${at}`, new Uint8Array(bytes.subarray(at, at + 30_001)));
    }
    seen.push(whole(await follow()));
    await put(`?offset=${bytes.length}&ended=true`, "");
    for (const one of await Promise.all(seen)) expect(one === bytes.toString("latin1")).toBe(true);
  });

  it("gives bytes that are no text, too", async () => {
    await put("?ended=true", new Uint8Array([0x61, 0xff, 0xfe, 0xc3]));
    expect(await whole(await follow())).toBe("a\xff\xfe\xc3");
  });

  it("ends when the log is deleted, and is over when its version has ended", async () => {
    await put("", "one\n");
    const deleted = await follow();
    await deleted.next();
    await api.send("DELETE", url());
    expect((await deleted.next()).value).toMatchObject({ event: "end" });
    await put("", "two\n");
    api.clock.advance(8 * day);
    const expired = await follow("?offset=4");
    expect((await expired.next()).value).toMatchObject({ event: "end" });
  });

  it("ends when the server does", async () => {
    const events = await follow();
    const next = events.next();
    api.close();
    expect((await next).done).toBe(true);
  });

  it("is refused where there is nothing to wait for", async () => {
    await api.report(artifact, "f", "a", ami("ami-1"));
    expect(problemOf(await api.get(url("/follow"))).code).toBe("log_not_found");
    await put("", "one\n");
    expect(problemOf(await api.get(url("/follow?offset=5")))).toMatchObject({
      code: "range_not_satisfiable",
      size: 4,
    });
    expect(problemOf(await api.get(url("/follow"), { "Last-Event-ID": "x" })).code).toBe("invalid_request");
  });

  it("reads the log once for any number of followers", async () => {
    await put("", "begin\n");
    const { reading, looks } = countingReading();
    const name = { namespace: "following", artifact: `a${count}`, version: { fingerprint: "f" }, build: "a" };
    const { signal } = new AbortController();
    const followers = await Promise.all(
      Array.from({ length: 200 }, async () =>
        (await reading.follow(name, 0))(signal)[Symbol.asyncIterator](),
      ),
    );
    const first = await Promise.all(followers.map((events) => events.next()));
    const before = looks();
    const next = followers.map((events) => events.next());
    await put("?offset=6", "more\n");
    const second = await Promise.all(next);
    // One event object for all: it is written once, too.
    expect(new Set(first.map(({ value }) => value)).size).toBe(1);
    expect(new Set(second.map(({ value }) => value)).size).toBe(1);
    expect(looks() - before).toBeLessThan(10);
  });

  /** Counts the queries of what reads logs. */
  function countingReading() {
    let count = 0;
    const { database } = test;
    const counted = new Proxy(database, {
      get(target, name) {
        if (name === "reads") count++;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return { reading: new LogReading(counted, api.clock.read, day), looks: () => count };
  }
});

describe("on two servers", () => {
  it("a log that is written by one is followed on the other", async () => {
    const { url, remove } = await emptyPostgres();
    const databases = [
      await openDatabase(url, { warn: () => {} }),
      await openDatabase(url, { warn: () => {} }),
    ];
    try {
      const [one, other] = databases.map((database) => new Api(database));
      const log = "/v1/artifacts/a/b/versions/fingerprint:f/builds/a/log";
      await one?.publish("a/b", { fingerprint: "f", expected_builds: ["a"] });
      const response = await other?.request(`${log}/follow`);
      const events = eventsOf(response as Response);
      await one?.request(log, { method: "PUT", body: "one\n" });
      expect((await events.next()).value).toMatchObject({ data: { offset: 0, text: "one\n" } });
      await one?.request(`${log}?offset=4&ended=true`, { method: "PUT", body: "two\n" });
      expect((await events.next()).value).toMatchObject({ data: { offset: 4, text: "two\n" } });
      expect((await events.next()).value).toMatchObject({ event: "end" });
    } finally {
      for (const database of databases) await database.close();
      await remove();
    }
  });
});

it("a part of a character waits for the rest", () => {
  const bytes = Buffer.from("a°€😀");
  const cuts = Array.from(
    { length: bytes.length + 1 },
    (_, end) => wholeCharacters(bytes.subarray(0, end)).length,
  );
  expect(cuts).toEqual([0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10]);
  expect(eventOf(0, Buffer.from([0xc3])).event?.data).toBe('{"offset":0,"base64":"ww=="}');
});

/** The events of a stream, without its comments. */
async function* eventsOf(response: Response): AsyncGenerator<Seen> {
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => {
          const [name = "", ...value] = line.split(": ");
          return [name, value.join(": ")];
        }),
      );
      if (fields.data === undefined) continue;
      yield { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
    }
  }
}
