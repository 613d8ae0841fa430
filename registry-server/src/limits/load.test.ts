import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Load } from "./load.ts";

const request = () => new Request("http://127.0.0.1/");
const busy = expect.objectContaining({
  code: "unavailable",
  message: expect.stringMatching(/did nothing of this\. Try again in \d s\.$/),
  extras: { retry_after: expect.any(Number) },
});

describe("the load of a server", () => {
  it("is at most so many requests at once; each that leaves makes room", () => {
    const load = new Load(2);
    load.enter(0);
    load.enter(0);
    expect(() => load.enter(0)).toThrow(busy);
    expect([load.inFlight, load.refused]).toEqual([2, 1]);
    load.leave(request());
    expect(() => load.enter(0)).not.toThrow();
  });

  it("is at most a second of requests that arrived together; the next turn begins anew", async () => {
    const load = new Load(100);
    load.enter(0);
    load.enter(1_000);
    expect(() => load.enter(1_001)).toThrow(busy);
    await endOfTurn();
    expect(() => load.enter(1_002)).not.toThrow();
  });

  it("is at most 256 MiB of bodies together, until their requests leave", () => {
    const load = new Load(100);
    const [large, other] = [request(), request()];
    load.enter(0);
    load.hold(large, 200 * 1024 * 1024);
    load.hold(large, 50 * 1024 * 1024);
    expect(() => load.hold(other, 10 * 1024 * 1024)).toThrow(busy);
    load.hold(other, 6 * 1024 * 1024);
    load.leave(large);
    expect(() => load.hold(other, 250 * 1024 * 1024)).not.toThrow();
  });

  it("sends clients back at different times", () => {
    const load = new Load(0);
    const seconds = new Set<unknown>();
    for (let count = 0; count < 200; count++) {
      try {
        load.enter(0);
      } catch (error) {
        seconds.add((error as { extras: { retry_after: number } }).extras.retry_after);
      }
    }
    expect([...seconds].sort()).toEqual([1, 2, 3, 4]);
  });
});
