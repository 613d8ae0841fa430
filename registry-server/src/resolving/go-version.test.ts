/** Our constraints and our order against the code that Terraform itself uses. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GoVersion, startGoVersion } from "../../test/go-version.ts";
import { matches } from "../../test/scans.ts";
import { checkConstraint } from "./constraint.ts";
import { parseSemver, sortKey } from "./semver.ts";

let go: GoVersion;
beforeAll(async () => {
  go = await startGoVersion();
}, 180_000);
afterAll(() => go.end());

const keyOf = (text: string): string => sortKey(parseSemver(text));

// Small numbers meet each other often; the others are those that a text would order otherwise.
const number = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(9, 10, 11, 99, 100, 2 ** 31, Number.MAX_SAFE_INTEGER) },
);
const identifier = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("alpha", "beta", "rc", "RC", "a-b", "x1", "0a") },
  { weight: 2, arbitrary: fc.nat({ max: 11 }).map(String) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-zA-Z][0-9a-zA-Z-]{0,3}$/) },
);

/**
 * go-version has no order of pre-releases of which one goes on with a word where the other ends: it says alpha < alpha.1
 * < alpha.beta < alpha, in a circle. SemVer says that the longer one is higher, and so do we. All others agree, so the
 * pre-releases here have a word first and then at most one number.
 */
const prerelease = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: identifier.map((one) => `-${one}`) },
  { weight: 2, arbitrary: fc.tuple(identifier, fc.nat({ max: 11 })).map((parts) => `-${parts.join(".")}`) },
);
const metadata = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom("+build", "+1", "+b.2-x") },
);
const version = fc
  .tuple(fc.tuple(number, number, number), prerelease, metadata)
  .map(([numbers, pre, meta]) => `${numbers.join(".")}${pre}${meta}`);

const zeros = fc.oneof({ weight: 6, arbitrary: fc.constant("") }, { weight: 1, arbitrary: fc.constant("0") });
const operand = fc
  .tuple(
    fc.constantFrom("", "", "v"),
    fc.array(fc.tuple(zeros, number), { minLength: 1, maxLength: 3 }),
    prerelease,
    metadata,
  )
  .map(([v, numbers, pre, meta]) => `${v}${numbers.map((parts) => parts.join("")).join(".")}${pre}${meta}`);
const space = fc.constantFrom("", "", " ", "  ", "\t");
const operator = fc.constantFrom("", "=", "!=", ">", ">=", "<", "<=", "~>", "~>");
const term = fc.tuple(space, operator, space, operand, space).map((parts) => parts.join(""));
const constraint = fc.oneof(
  { weight: 3, arbitrary: term },
  { weight: 2, arbitrary: fc.array(term, { minLength: 2, maxLength: 4 }).map((terms) => terms.join(",")) },
  { weight: 1, arbitrary: fc.array(term, { minLength: 5, maxLength: 16 }).map((terms) => terms.join(",")) },
);

describe("against hashicorp/go-version", () => {
  it("a constraint finds exactly the versions that it allows", async () => {
    let allowed = 0;
    await fc.assert(
      fc.asyncProperty(
        constraint,
        fc.array(version, { minLength: 8, maxLength: 8 }),
        async (text, versions) => {
          const expected = await go.allows(text, versions);
          expect(versions.map((candidate) => matches(text, candidate))).toEqual(expected);
          allowed += expected?.filter(Boolean).length ?? 0;
        },
      ),
      { numRuns: 8_000 },
    );
    // Constraints that allow nothing would prove nothing.
    expect(allowed).toBeGreaterThan(5_000);
  });

  it("a constraint that is close to a version's own number finds exactly what it allows", async () => {
    const near = fc
      .tuple(operator, fc.integer({ min: 1, max: 3 }), version, version)
      .map(([op, count, base, other]) => {
        const [numbers = "", ...rest] = base.split(/(?=[-+])/);
        const short = numbers.split(".").slice(0, count).join(".");
        return {
          text: `${op} ${short}${rest.join("")}`,
          candidates: [base, other, `${numbers}-rc.1`, numbers],
        };
      });
    await fc.assert(
      fc.asyncProperty(near, async ({ text, candidates }) => {
        expect(candidates.map((candidate) => matches(text, candidate))).toEqual(
          await go.allows(text, candidates),
        );
      }),
      { numRuns: 6_000 },
    );
  });

  it("sort keys have its order", async () => {
    const close = fc.oneof(
      fc.tuple(version, version),
      fc
        .tuple(fc.tuple(number, number, number), prerelease, prerelease, metadata)
        .map(
          ([numbers, a, b, meta]) => [`${numbers.join(".")}${a}`, `${numbers.join(".")}${b}${meta}`] as const,
        ),
    );
    await fc.assert(
      fc.asyncProperty(close, async ([a, b]) => {
        const order = Buffer.compare(Buffer.from(keyOf(a)), Buffer.from(keyOf(b)));
        expect(order).toBe(await go.compare(a, b));
      }),
      { numRuns: 6_000 },
    );
  });

  it("whatever is accepted as a constraint here is accepted there and means the same", async () => {
    const alphabet = fc.constantFrom(..."0129.,-+ \t\n~>=<!va\u00a0\u000b", "~>", ">=", "1.2", "-rc", ", ");
    const text = fc.array(alphabet, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(""));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(text, version, async (given, candidate) => {
        if (checkConstraint(given) !== undefined) return;
        // Beyond go-version: numbers of more than 64 bits, and minus signs before a number, which it counts below zero.
        fc.pre(!/\d{19}|--?\d|-\.|\.-/.test(given));
        accepted++;
        expect([matches(given, candidate)]).toEqual(await go.allows(given, [candidate]));
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it("where it goes in a circle, the order is SemVer's", async () => {
    const [first, second, third] = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"] as const;
    expect(await go.compare(first, second)).toBe(-1);
    expect(await go.compare(second, third)).toBe(-1);
    expect(await go.compare(third, first)).toBe(-1);
    expect([first, second, third].map(keyOf).toSorted()).toEqual([first, second, third].map(keyOf));
  });
});
