import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConstraint, compileConstraint } from "./constraint.ts";
import { parseSemver, sortKey } from "./semver.ts";

/** Whether an index scan would find the version. */
function matches(constraint: string, version: string): boolean {
  const parsed = parseSemver(version);
  const key = sortKey(parsed);
  const isPrerelease = parsed.prerelease.length > 0;
  return compileConstraint(constraint).some(
    ({ prerelease, from, to, except }) =>
      prerelease === isPrerelease && key >= from && key < to && !except.includes(key),
  );
}

const small = fc.nat({ max: 3 });
const pre = fc.constantFrom("", "-alpha", "-alpha.1", "-beta.2", "-rc.10");
const version = fc.tuple(small, small, small, pre).map(([a, b, c, p]) => `${a}.${b}.${c}${p}`);
const operator = fc.constantFrom("=", "!=", ">", ">=", "<", "<=", "~>");
const operand = fc.oneof(
  version,
  fc.tuple(small, small).map(([a, b]) => `${a}.${b}`),
  small.map(String),
);
const term = fc.tuple(operator, operand).map(([op, v]) => `${op} ${v}`);

/** The rules of hashicorp/go-version's constraint.go, one version at a time. */
function allows(text: string, candidate: string): boolean {
  const [op = "", operandText = ""] = text.split(" ");
  const [numbers = "", ...preParts] = operandText.split("-");
  const written = numbers.split(".").map(Number);
  const wanted = [...written, 0, 0].slice(0, 3);
  const wantedPre = preParts.join("-");
  const parsed = parseSemver(candidate);
  const segments = parsed.segments.map(Number);
  const order = Buffer.compare(
    Buffer.from(sortKey(parsed)),
    Buffer.from(
      sortKey({ segments: wanted.map(String), prerelease: wantedPre === "" ? [] : wantedPre.split(".") }),
    ),
  );
  if (op === "=") return order === 0;
  if (op === "!=") return order !== 0;
  const candidateIsPre = parsed.prerelease.length > 0;
  if (candidateIsPre && wantedPre === "") return false;
  if (candidateIsPre && segments.join() !== wanted.join()) return false;
  if (op === ">") return order > 0;
  if (op === ">=") return order >= 0;
  if (op === "<") return order < 0;
  if (op === "<=") return order <= 0;
  if (wantedPre !== "" && !candidateIsPre) return false;
  return (
    order >= 0 && written.slice(0, -1).every((wantedSegment, index) => segments[index] === wantedSegment)
  );
}

describe("constraints", () => {
  it("find exactly the versions that go-version's rules allow", () => {
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 4 }), version, (terms, candidate) => {
        const expected = terms.every((one) => allows(one, candidate));
        expect(matches(terms.join(", "), candidate)).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ["~> 1.4", "1.9.0", true],
    ["~> 1.4", "2.0.0", false],
    ["~> 1.4.2", "1.4.10", true],
    ["~> 1.4.2", "1.5.0", false],
    ["~> 1", "7.0.0", true],
    [">= 1.2.0, < 2.0.0, != 1.5.0", "1.5.0", false],
    ["1.2.3", "1.2.3", true],
    ["v1.2", "1.2.0", true],
    ["=1.2.3+build", "1.2.3", true],
    [">= 1.0.0", "2.0.0-rc.1", false],
    [">= 2.0.0-beta", "2.0.0-rc.1", true],
    [">= 2.0.0-beta", "2.0.1-rc.1", false],
    ["~> 2.0.0-beta", "2.0.0", false],
    ["!= 1.0.0", "2.0.0-rc.1", true],
    ["  >=1.0.0 ,<  9.0.0", "9.0.0", false],
    [">= 01.002.3", "1.2.3", true],
    ["> 1.0.0, < 1.0.0", "1.0.0", false],
    [">= 9.0.0", "10.0.0", true],
  ])("%j on %s: %s", (constraint, candidate, expected) => {
    expect(matches(constraint, candidate)).toBe(expected);
  });

  it.each([
    "",
    " ",
    ">=",
    "latest",
    "1.2.3.4",
    "=> 1.0",
    "~> 1.0 2.0",
    "1.0,",
    ">= 1.0 || < 2",
    "1.0.0-",
    "^1.2",
  ])("%j is refused with the part that is wrong and an example", (constraint) => {
    expect(checkConstraint(constraint)).toMatch(
      /^has a part that is not a constraint: ".*"; write it as in Terraform/s,
    );
  });

  it("have at most sixteen parts", () => {
    expect(checkConstraint(Array(17).fill("> 1").join(","))).toBe("must have at most 16 parts");
  });
});
