import { expect, test } from "vitest";
import { fuzzProvider } from "./fuzz.ts";

/** `make fuzz-provider` sends a million. */
const messages = 20_000;
const timeLimitMs = 10 * 60_000;

test(
  `${messages} malformed messages are each refused, and nothing else happens`,
  async () => {
    const { faults, malformed, refused } = await fuzzProvider(messages, 1);
    expect(faults).toEqual([]);
    // Half are wrong by construction; of the others a few are right by chance.
    expect(malformed).toBeGreaterThan(messages / 3);
    expect(refused).toBeGreaterThan(messages * 0.9);
  },
  timeLimitMs,
);
