import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimsOf } from "../../test/issuer.ts";
import { tooBroad } from "./breadth.ts";
import { fits, mismatch } from "./claims.ts";

describe("a pattern", () => {
  it.each([
    ["main", "main", true],
    ["main", "mainly", false],
    ["main", "Main", false],
    ["refs/heads/*", "refs/heads/a/b", true],
    ["refs/heads/*", "refs/heads", false],
    ["*/web", "acme/web", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "acb", false],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a.c", "abc", false],
    ["a**b", "ab", true],
    ["main", "main\n", false],
  ])("%j on %j: %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it("fits exactly what the regular expression of the same meaning fits", () => {
    const text = fc.stringMatching(/^[ab/]{0,6}$/);
    const pattern = fc.stringMatching(/^[ab/*]{0,6}$/);
    fc.assert(
      fc.property(pattern, text, (one, other) => {
        const meaning = new RegExp(`^${one.replaceAll("*", ".*")}$`);
        expect(fits(one, other)).toBe(meaning.test(other));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a rule", () => {
  const rule = (claims: Record<string, string>) => ({ audience: "waybill", claims });
  const ofGithub = { aud: "waybill", ...claimsOf.github };

  it.each<[string, Record<string, string>, Record<string, unknown>, string | undefined]>([
    ["all claims", { repository: "acme/web", ref: "refs/heads/*" }, ofGithub, undefined],
    [
      "one claim that is another",
      { repository: "acme/web", ref: "x" },
      ofGithub,
      'claim "ref" is another one',
    ],
    ["a claim that is not there", { team: "*" }, ofGithub, 'no claim "team"'],
    ["a claim that every object has", { constructor: "*" }, ofGithub, 'no claim "constructor"'],
    ["an audience in a list", { sub: "org/8b1d/*" }, claimsOf.circleci, undefined],
    ["one of a list", { "oidc.circleci.com/context-ids": "ctx-2" }, claimsOf.circleci, undefined],
    ["none of a list", { "oidc.circleci.com/context-ids": "ctx-3" }, claimsOf.circleci, "is another one"],
    ["a boolean", { "oidc.circleci.com/ssh-rerun": "false" }, claimsOf.circleci, undefined],
    ["a number", { id: "7" }, { aud: "waybill", id: 7 }, undefined],
    ["an object", { id: "*" }, { aud: "waybill", id: { a: 1 } }, "is another one"],
    ["null", { id: "*" }, { aud: "waybill", id: null }, "is another one"],
    ["an empty list", { id: "*" }, { aud: "waybill", id: [] }, "is another one"],
    ["a list in a list", { id: "a" }, { aud: "waybill", id: [["a"]] }, "is another one"],
    ["another audience", { sub: "*" }, { aud: "waybill2", sub: "a" }, "audience is another one"],
    ["an audience that contains it", { sub: "*" }, { aud: "waybill evil", sub: "a" }, "audience"],
  ])("with %s", (_what, patterns, claims, because) => {
    const found = mismatch(rule(patterns), claims);
    if (because === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(because);
  });
});

describe("a rule trusts too many", () => {
  const github = "https://token.actions.githubusercontent.com";
  it.each<[string, Record<string, string>]>([
    ["https://ci.example.com", {}],
    ["https://ci.example.com", { sub: "*" }],
    ["https://ci.example.com", { sub: "**", ref: "*" }],
    [github, { ref: "refs/heads/main" }],
    [github, { sub: "repo:*" }],
    [github, { repository: "*/web" }],
    [github, { repository: "acme*" }],
    [github, { repository_owner: "acme*" }],
    [`${github}/`, { ref: "refs/heads/main" }],
    ["https://gitlab.com", { ref: "main", ref_protected: "true" }],
    ["https://gitlab.com", { sub: "project_path:*" }],
    ["https://app.terraform.io", { sub: "organization:*" }],
    ["https://accounts.google.com", { email: "*@example.com" }],
  ])("of %s with %j", (issuer, claims) => {
    expect(tooBroad(issuer, claims)).toMatch(/^must say/);
  });

  it.each<[string, Record<string, string>]>([
    ["https://ci.example.com", { sub: "a*" }],
    [github, { repository: "acme/web", ref: "refs/heads/main" }],
    [github, { sub: "repo:acme/*" }],
    [github, { repository: "acme/*" }],
    [github, { repository_owner_id: "65" }],
    ["https://gitlab.com", { sub: "project_path:acme/web:*" }],
    ["https://gitlab.com", { project_id: "20" }],
    ["https://app.terraform.io", { sub: "organization:acme:*" }],
    ["https://oidc.circleci.com/org/8b1d", { "oidc.circleci.com/project-id": "c3f2" }],
  ])("but not of %s with %j", (issuer, claims) => {
    expect(tooBroad(issuer, claims)).toBeUndefined();
  });
});
