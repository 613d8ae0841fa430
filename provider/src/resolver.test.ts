import { RegistryError } from "@waybill/registry-client/problem";
import type { ResolveQuery } from "@waybill/registry-client/types";
import { afterEach, describe, expect, test, vi } from "vitest";
import { problem, resolved } from "../test/harness/fake-registry.ts";
import { Resolver } from "./resolver.ts";

type ResolveMany = Awaited<ReturnType<ConstructorParameters<typeof Resolver>[0]>>["resolveMany"];

const answerAll: ResolveMany = async (queries) => queries.map((query) => ({ resolved: resolved(query) }));
const never = new AbortController().signal;

function start(answer: ResolveMany = answerAll, loaded?: Promise<void>) {
  const requests: ResolveQuery[][] = [];
  const resolver = new Resolver(async () => {
    await loaded;
    return {
      resolveMany: (queries, options) => {
        requests.push(queries);
        return answer(queries, options);
      },
    };
  });
  const resolve = (artifact: string, signal = never) => resolver.resolve({ artifact }, signal);
  return { requests, resolver, resolve };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `ns/a${index}`);

describe("a batch", () => {
  test("has all queries that arrive together", async () => {
    const { requests, resolve } = start();
    const answers = await Promise.all(names(10).map((name) => resolve(name)));
    expect(answers.map(({ artifact }) => artifact)).toEqual(names(10));
    expect(requests).toHaveLength(1);
  });

  test("stays open while queries arrive in every turn of the event loop", async () => {
    const { requests, resolve } = start();
    const reading = [];
    for (const name of names(20)) {
      reading.push(resolve(name));
      await new Promise((turn) => setImmediate(turn));
    }
    await Promise.all(reading);
    expect(requests).toHaveLength(1);
  });

  test("closes when nothing arrives, so that later queries are asked anew", async () => {
    const { requests, resolve } = start();
    await resolve("ns/a");
    await resolve("ns/a");
    expect(requests).toEqual([[{ artifact: "ns/a" }], [{ artifact: "ns/a" }]]);
  });

  test("is never larger than a registry takes", async () => {
    const { requests, resolve } = start();
    await Promise.all(names(250).map((name) => resolve(name)));
    expect(requests.map(({ length }) => length)).toEqual([100, 100, 50]);
  });

  test("asks equal queries once, in whatever order their fields are", async () => {
    const { requests, resolver } = start();
    const one = resolver.resolve({ artifact: "ns/a", region: "r" }, never);
    const same = resolver.resolve({ region: "r", artifact: "ns/a" }, never);
    const other = resolver.resolve({ artifact: "ns/a", region: "s" }, never);
    await Promise.all([one, same, other]);
    expect(requests).toEqual([
      [
        { artifact: "ns/a", region: "r" },
        { artifact: "ns/a", region: "s" },
      ],
    ]);
  });
});

describe("readers who come ten at a time", () => {
  afterEach(() => void vi.useRealTimers());

  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
  };

  /** As Terraform reads: ten at once, and whoever has an answer begins the next read some turns of the loop later. */
  async function readAll(resolve: (name: string) => Promise<unknown>, all: string[]) {
    const left = all.values();
    const reader = async (slowness: number) => {
      for (const name of left) {
        await turns(3 * slowness);
        await resolve(name);
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, slowness) => reader(slowness)));
  }

  test.each([10, 20, 100])("make full batches of a registry that needs %i turns to answer", async (slow) => {
    const answer: ResolveMany = async (queries) => {
      await turns(slow);
      return answerAll(queries);
    };
    const { requests, resolve } = start(answer, turns(30));
    await readAll(resolve, names(200));
    expect(requests.flat()).toHaveLength(200);
    expect(requests.length).toBeLessThanOrEqual(21);
  });

  test("are waited for less and less when they stay away, and in the end not at all", async () => {
    const { requests, resolve } = start();
    await Promise.all(names(10).map((name) => resolve(name)));
    for (let alone = 0; alone < 6; alone++) await resolve("ns/alone");
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    await resolve("ns/alone");
    expect(requests.map(({ length }) => length)).toEqual([10, ...Array(7).fill(1)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("find each other again when some were late", async () => {
    const { requests, resolve } = start();
    await Promise.all(names(10).map((name) => resolve(name)));
    // Seven of ten are so slow that the others are sent without them.
    await Promise.all(names(3).map((name) => resolve(name)));
    const slow = names(7).map((name) => resolve(`${name}-slow`));
    await turns(20);
    await Promise.all([...slow, ...names(3).map((name) => resolve(name))]);
    expect(requests.map(({ length }) => length)).toEqual([10, 3, 10]);
  });

  test("come along while the client is loaded", async () => {
    const { requests, resolve } = start(answerAll, turns(30));
    const first = resolve("ns/a0");
    await turns(20);
    const second = resolve("ns/a1");
    await Promise.all([first, second]);
    expect(requests).toHaveLength(1);
  });
});

describe("a failure", () => {
  test("to load the client is that of all who wait", async () => {
    const resolver = new Resolver(() =>
      Promise.reject(new RegistryError("unreachable", "no such file", { code: "tls" })),
    );
    const reading = names(2).map((artifact) => resolver.resolve({ artifact }, never));
    expect(await Promise.allSettled(reading)).toMatchObject([
      { reason: { code: "tls" } },
      { reason: { code: "tls" } },
    ]);
  });

  test("of one query is that of its askers only", async () => {
    const { resolve } = start(async (queries) =>
      queries.map((query) =>
        query.artifact === "ns/a1"
          ? problem("artifact_not_found", "no ns/a1")
          : { resolved: resolved(query) },
      ),
    );
    const [first, second, again] = await Promise.allSettled([
      resolve("ns/a0"),
      resolve("ns/a1"),
      resolve("ns/a1"),
    ]);
    expect(first.status).toBe("fulfilled");
    expect(second).toMatchObject({ reason: { code: "artifact_not_found" } });
    expect(again).toMatchObject({ reason: { code: "artifact_not_found" } });
  });

  test("of the request is that of all, and the next request is made", async () => {
    const outcomes = [new RegistryError("unreachable", "away"), undefined];
    const { resolve } = start(async (queries, options) => {
      const failure = outcomes.shift();
      if (failure) throw failure;
      return answerAll(queries, options);
    });
    const settled = await Promise.allSettled([resolve("ns/a0"), resolve("ns/a1")]);
    expect(settled).toMatchObject([{ reason: { code: "unreachable" } }, { reason: { code: "unreachable" } }]);
    expect(await resolve("ns/a0")).toMatchObject({ artifact: "ns/a0" });
  });

  test.each([
    [],
    [null],
    [{}],
    [{ resolved: null }],
    [{ resolved: { artifact: "ns/a0" } }],
    [{ problem: {} }],
  ])("is what an answer like %j is", async (...results) => {
    const { resolve } = start(async () => results as never);
    await expect(resolve("ns/a0")).rejects.toMatchObject({ kind: "invalid_response" });
  });
});

describe("giving up", () => {
  test("before the request is sent leaves the query out", async () => {
    const { requests, resolve } = start();
    const controller = new AbortController();
    const given = resolve("ns/a0", controller.signal);
    const kept = resolve("ns/a1");
    controller.abort();
    await expect(given).rejects.toMatchObject({ kind: "cancelled" });
    await kept;
    expect(requests).toEqual([[{ artifact: "ns/a1" }]]);
    await expect(resolve("ns/a0", controller.signal)).rejects.toMatchObject({ kind: "cancelled" });
  });

  test("ends the request when nobody waits for it any more", async () => {
    let sent: AbortSignal | undefined;
    const asked = Promise.withResolvers<void>();
    const { resolve } = start((_queries, options) => {
      sent = options?.signal;
      asked.resolve();
      return new Promise(() => undefined);
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const reading = Promise.allSettled([resolve("ns/a0", one.signal), resolve("ns/a1", two.signal)]);
    await asked.promise;
    one.abort();
    expect(sent?.aborted).toBe(false);
    two.abort();
    expect(sent?.aborted).toBe(true);
    expect(await reading).toMatchObject([
      { reason: { kind: "cancelled" } },
      { reason: { kind: "cancelled" } },
    ]);
  });
});
