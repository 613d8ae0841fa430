import { describe, expect, it } from "vitest";
import { matches } from "../../test/scans.ts";
import { checkConstraint } from "./constraint.ts";

describe("constraints", () => {
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
    ">=\u00a01.2",
  ])("%j is refused with the part that is wrong and an example", (constraint) => {
    expect(checkConstraint(constraint)).toMatch(
      /^has a part that is not a constraint: ".*"; write it as in Terraform/s,
    );
  });

  it("have at most sixteen parts", () => {
    expect(checkConstraint(Array(17).fill("> 1").join(","))).toBe("must have at most 16 parts");
  });
});
