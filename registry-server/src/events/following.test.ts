import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyPostgres, forEachDatabase } from "../../test/databases.ts";
import { type Database, openDatabase, type Writer } from "../database/database.ts";
import { everything, serverCaller } from "../tokens/scopes.ts";
import { EventTail } from "./following.ts";
import { beginning, readAfter } from "./reading.ts";
import { recordEvent } from "./store.ts";

const log = { warn: () => {} };
const reader = { name: "test", scopes: everything };
const now = "2026-01-01T00:00:00.000Z";

forEachDatabase((test) => {
  let servers: Database[] = [];
  let stop = new AbortController();

  beforeEach(async () => {
    stop = new AbortController();
    // A SQLite file is for one server.
    const isShared = test.database.dialect === "postgres";
    servers = [test.database, ...(isShared ? [await openDatabase(test.url, log)] : [])];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(servers.slice(1).map((server) => server.close()));
  });

  const server = (index: number): Database => {
    const database = servers[index % servers.length];
    if (!database) throw new Error("there is no such server");
    return database;
  };
  const record = (tx: Writer, artifact: string) =>
    recordEvent(
      { tx, now, caller: serverCaller("test") },
      { action: "artifact.changed", artifact, detail: {} },
    );

  /** Follows until somebody asks it to stop, and gives the ids in the order in which they came. */
  function follow(tail: EventTail, after: number, artifact?: string) {
    const ids: number[] = [];
    const over = new AbortController();
    const run = async () => {
      const signal = AbortSignal.any([stop.signal, over.signal]);
      for await (const event of tail.follow({ filter: { artifact }, reader, after }, signal))
        ids.push(event.id);
    };
    return { ids, end: () => over.abort(), ended: run() };
  }

  /** Writers on all servers: transactions of one to three events that last differently long, and some that fail. */
  async function write(count: number, artifact: string): Promise<number[]> {
    const written: number[] = [];
    const one = async (index: number) => {
      const ids: number[] = [];
      await server(index).write(async (tx) => {
        for (let event = 0; event <= index % 3; event++) {
          ids.push(await record(tx, artifact));
          for (let turn = 0; turn < (index * 7) % 11; turn++) await sql`select 1`.execute(tx);
        }
        if (index % 5 === 0) throw new Error("on purpose");
      });
      written.push(...ids);
    };
    const all = await Promise.allSettled(Array.from({ length: count }, (_, index) => one(index)));
    expect(all.filter((result) => result.status === "rejected").length).toBe(Math.ceil(count / 5));
    return written.toSorted((a, b) => a - b);
  }

  it("gives everybody each event once, whoever writes and however transactions overlap", async () => {
    const tails = servers.map((database) => new EventTail(database));
    const artifact = "follow/many";
    const followers = [0, 1, 0, 1].map((index) =>
      follow(tails[index % tails.length] as EventTail, 0, artifact),
    );
    const written = await write(120, artifact);
    // Comes when those before it have come.
    const last = await server(0).write((tx) => record(tx, artifact));
    for (const { ids } of followers) {
      await expect.poll(() => ids.at(-1), { timeout: 20_000 }).toBe(last);
      expect(ids.slice(0, -1).toSorted((a, b) => a - b)).toEqual(written);
    }
  });

  it("goes on after the last event that a follower had, with another server, again and again", async () => {
    const tails = servers.map((database) => new EventTail(database));
    const artifact = "follow/again";
    const seen: number[] = [];
    let last = -1;
    async function come(): Promise<void> {
      for (let turn = 0; seen.at(-1) !== last || last === -1; turn++) {
        const { ids, end, ended } = follow(
          tails[turn % tails.length] as EventTail,
          seen.at(-1) ?? 0,
          artifact,
        );
        const isEnough = () => ids.length > turn % 4 || ids.at(-1) === last;
        await expect.poll(isEnough, { timeout: 20_000 }).toBe(true);
        end();
        await ended;
        seen.push(...ids);
      }
    }
    const coming = come();
    const written = await write(60, artifact);
    last = await server(0).write((tx) => record(tx, artifact));
    await coming;
    expect(seen.toSorted((a, b) => a - b)).toEqual([...written, last]);
  });

  it("catches up with more than is kept, in order", async () => {
    const artifact = "follow/past";
    const tail = new EventTail(server(0));
    const ids: number[] = [await server(0).write((tx) => record(tx, artifact))];
    const present = follow(tail, (ids[0] ?? 0) - 1, artifact);
    for (let round = 0; round < 13; round++) {
      await server(0).write(async (tx) => {
        for (let index = 0; index < 100; index++) ids.push(await record(tx, artifact));
      });
    }
    await expect.poll(() => present.ids.length, { timeout: 20_000 }).toBe(1_301);
    const late = follow(tail, (ids[0] ?? 0) - 1, artifact);
    await expect.poll(() => late.ids.length, { timeout: 20_000 }).toBe(1_301);
    expect([late.ids, present.ids]).toEqual([ids, ids]);
  });

  it("begins again for who comes after the last one has left", async () => {
    const artifact = "follow/now";
    const tail = new EventTail(server(0));
    const one = await server(0).write((tx) => record(tx, artifact));
    const first = follow(tail, one - 1, artifact);
    await expect.poll(() => first.ids).toEqual([one]);
    first.end();
    await first.ended;
    const second = follow(tail, one, artifact);
    const two = await server(0).write((tx) => record(tx, artifact));
    await expect.poll(() => second.ids).toEqual([two]);
  });
});

describe("on postgres, while an earlier transaction still runs", () => {
  it("what was committed after it is held back, and both come in the end", async () => {
    const empty = await emptyPostgres();
    const database = await openDatabase(empty.url, log);
    const stop = new AbortController();
    const tail = new EventTail(database);
    const record = (tx: Writer) =>
      recordEvent({ tx, now, caller: serverCaller("test") }, { action: "artifact.changed", detail: {} });
    const ids: number[] = [];
    const following = (async () => {
      for await (const { id } of tail.follow({ filter: {}, reader, after: 0 }, stop.signal)) ids.push(id);
    })();
    const first = await database.write(record);
    await expect.poll(() => ids).toEqual([first]);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<number>();
    const slow = database.write(async (tx) => {
      begin(await record(tx));
      await held;
    });
    const early = await begun;
    const late = await database.write(record);
    const { events, isUnsettled } = await readAfter(database.reads, { after: beginning, limit: 10 });
    expect([events.map(({ event }) => event.id), isUnsettled]).toEqual([[first], true]);
    release();
    await slow;
    await expect.poll(() => ids, { timeout: 10_000 }).toEqual([first, early, late]);
    stop.abort();
    await following;
    await database.close();
    await empty.remove();
  });
});
