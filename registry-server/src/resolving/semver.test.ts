import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSemver, parseSemver, sortKey } from "./semver.ts";

const keyOf = (text: string): string => sortKey(parseSemver(text));
const number = fc.oneof(fc.nat({ max: 20 }), fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 30n })).map(String);
const identifier = fc.oneof(number, fc.stringMatching(/^[0-9]{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,4}$/));
const prerelease = fc.array(identifier, { maxLength: 3 });
const version = fc.record({ segments: fc.tuple(number, number, number), prerelease });
type Parsed = { segments: string[]; prerelease: string[] };

/** SemVer 2.0, section 11, as it is written there. */
function compare(a: Parsed, b: Parsed): number {
  for (let index = 0; index < 3; index++) {
    const order = compareNumbers(a.segments[index] ?? "", b.segments[index] ?? "");
    if (order !== 0) return order;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0);
  }
  for (let index = 0; index < Math.max(a.prerelease.length, b.prerelease.length); index++) {
    const order = compareIdentifiers(a.prerelease[index], b.prerelease[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return compareNumbers(a, b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareNumbers(a: string, b: string): number {
  return Number(BigInt(a) > BigInt(b)) - Number(BigInt(a) < BigInt(b));
}

describe("sort keys", () => {
  it("compare by bytes as the versions compare", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Buffer.compare(Buffer.from(sortKey(a)), Buffer.from(sortKey(b)))).toBe(compare(a, b));
      }),
      { numRuns: 5_000 },
    );
  });

  it("compare so when only the pre-releases differ", () => {
    const segments: [string, string, string] = ["1", "0", "0"];
    fc.assert(
      fc.property(prerelease, prerelease, (a, b) => {
        const [left, right] = [
          { segments, prerelease: a },
          { segments, prerelease: b },
        ];
        expect(Buffer.compare(Buffer.from(sortKey(left)), Buffer.from(sortKey(right)))).toBe(
          compare(left, right),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it("follow the example of SemVer 2.0", () => {
    const inOrder = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"].map(
      (p) => `1.0.0-${p}`,
    );
    const keys = [...inOrder, "1.0.0", "1.0.1", "1.9.0", "1.10.0", "2.0.0"].map(keyOf);
    expect([...keys].sort()).toEqual(keys);
  });

  it("leave build metadata out", () => {
    expect(keyOf("1.2.3+b1")).toBe(keyOf("1.2.3"));
  });
});

describe("semantic versions", () => {
  it.each([
    "0.0.0",
    "1.2.3",
    "1.2.3-0",
    "1.2.3-rc.1+b.2",
    "10.20.30",
    "1.0.0-0A.is.legal",
    `1.0.0-${"a".repeat(94)}`,
  ])("%s is one", (text) => {
    expect(isSemver(text)).toBe(true);
  });

  it.each([
    "",
    "1",
    "1.2",
    "v1.2.3",
    "1.2.3.4",
    "01.2.3",
    "1.2.3-01",
    "1.2.3-",
    "1.2.3-a..b",
    "1.2.3 ",
    `1.0.0-${"a".repeat(95)}`,
  ])("%j is none", (text) => {
    expect(isSemver(text)).toBe(false);
    expect(() => parseSemver(text)).toThrow(RangeError);
  });
});
