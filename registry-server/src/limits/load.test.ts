import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Load } from "./load.ts";

const mebibyte = 1024 * 1024;
const request = () => new Request("http://127.0.0.1/");
const busy = expect.objectContaining({
  code: "unavailable",
  message: expect.stringMatching(/did nothing of this\. Try again in \d s\.$/),
  extras: { retry_after: expect.any(Number) },
});

describe("the load of a server", () => {
  it("is at most so many requests at once; each that leaves makes room", () => {
    const load = new Load(2);
    load.enter();
    load.enter();
    expect(() => load.enter()).toThrow(busy);
    expect([load.inFlight, load.refused]).toEqual([2, 1]);
    load.leave();
    expect(() => load.enter()).not.toThrow();
  });

  it("is at most a second of requests that arrived together; the next turn begins anew", async () => {
    const load = new Load(100);
    load.meet(0);
    load.meet(1_000);
    expect(() => load.meet(1_001)).toThrow(busy);
    await endOfTurn();
    expect(() => load.meet(1_002)).not.toThrow();
  });

  it("is at most 64 MiB of bodies of one sender, and 256 MiB of all, until they are released", () => {
    const load = new Load(100);
    const large = request();
    load.hold(large, 40 * mebibyte, "ci");
    load.hold(large, 20 * mebibyte, "ci");
    expect(() => load.hold(request(), 5 * mebibyte, "ci")).toThrow(busy);
    for (const sender of ["", "a", "b"]) load.hold(request(), 60 * mebibyte, sender);
    expect(() => load.hold(request(), 17 * mebibyte, "c")).toThrow(busy);
    load.release(large);
    load.release(large);
    expect(() => load.hold(request(), 64 * mebibyte, "ci")).not.toThrow();
    expect(() => load.hold(request(), 13 * mebibyte, "c")).toThrow(busy);
  });

  it("sends clients back at different times", () => {
    const load = new Load(0);
    const seconds = new Set<unknown>();
    for (let count = 0; count < 200; count++) {
      try {
        load.enter();
      } catch (error) {
        seconds.add((error as { extras: { retry_after: number } }).extras.retry_after);
      }
    }
    expect([...seconds].sort()).toEqual([1, 2, 3, 4]);
  });
});
