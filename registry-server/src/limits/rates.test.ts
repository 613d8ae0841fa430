import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "../http/problem.ts";
import { Meter } from "./rates.ts";

/** What became of one request: the headers of its answer, and the problem when it was refused. */
function ask(meter: Meter, key: string, now: number) {
  const headers: Record<string, string> = {};
  try {
    meter.count(key, now, headers);
    return { headers };
  } catch (error) {
    return { headers, problem: error as Problem };
  }
}

describe("a rate", () => {
  it("lets all of its requests come at once, and then one for each share of its time", () => {
    const meter = new Meter({ requests: 3, windowMs: 3_000 }, "token");
    const at = (now: number) => ask(meter, "ci", now).problem === undefined;
    expect([at(0), at(0), at(0), at(0)]).toEqual([true, true, true, false]);
    expect([at(999), at(1_000), at(1_000)]).toEqual([false, true, false]);
    expect([at(60_000), at(60_000), at(60_000), at(60_000)]).toEqual([true, true, true, false]);
  });

  it("is told with each answer: the policy, what is left, and when all is there again", () => {
    const meter = new Meter({ requests: 3, windowMs: 60_000 }, "token");
    expect(ask(meter, "ci", 5).headers).toEqual({
      "RateLimit-Policy": '"token";q=3;w=60',
      RateLimit: '"token";r=2;t=20',
    });
    ask(meter, "ci", 5);
    expect(ask(meter, "ci", 5).headers.RateLimit).toBe('"token";r=0;t=60');
  });

  it("refuses with a sentence and the seconds after which the next request is let in", () => {
    const meter = new Meter({ requests: 2, windowMs: 60_000 }, "address");
    ask(meter, "10.0.0.1", 0);
    ask(meter, "10.0.0.1", 0);
    const { problem } = ask(meter, "10.0.0.1", 0);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ code: "too_many_requests", extras: { retry_after: 30 } });
    expect(problem?.message).toMatch(
      /^This address has sent more than 2 requests in 60 seconds\. Try again in 30 s/,
    );
    expect(meter.refused).toBe(1);
    expect(ask(meter, "10.0.0.1", 30_000).problem).toBeUndefined();
  });

  it("is counted for each key alone", () => {
    const meter = new Meter({ requests: 1, windowMs: 1_000 }, "token");
    expect(ask(meter, "a", 0).problem).toBeUndefined();
    expect(ask(meter, "b", 0).problem).toBeUndefined();
    expect(ask(meter, "a", 0).problem).toBeDefined();
  });

  it("never lets in more than its requests and what time has brought back; who keeps to it is never refused", () => {
    const gaps = fc.array(fc.nat(400), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 10 }), (waits, requests) => {
        const windowMs = 1_000;
        const meter = new Meter({ requests, windowMs }, "token");
        let [now, accepted, owed] = [0, 0, 0];
        for (const wait of waits) {
          now += wait;
          owed = Math.max(0, owed - (wait * requests) / windowMs);
          const isIn = ask(meter, "k", now).problem === undefined;
          expect(isIn).toBe(owed + 1 <= requests + 1e-6);
          if (isIn) [accepted, owed] = [accepted + 1, owed + 1];
        }
        expect(accepted).toBeLessThanOrEqual(requests + (now * requests) / windowMs + 1e-6);
      }),
    );
  });

  it("forgets who has all of it again, so that many addresses cost no memory", () => {
    const meter = new Meter({ requests: 1, windowMs: 1_000 }, "address");
    for (let index = 0; index < 10_000; index++) ask(meter, `a${index}`, 0);
    // Room is made among those that have theirs again; one that has not is still known.
    ask(meter, "a9999", 1_000);
    ask(meter, "new", 1_000);
    expect(ask(meter, "a9999", 1_000).problem).toBeDefined();
    for (let index = 0; index < 30_000; index++) ask(meter, `b${index}`, 1_500);
    expect(meter.size).toBeLessThanOrEqual(10_000);
  });
});
