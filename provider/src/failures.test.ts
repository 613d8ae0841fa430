import { problemError, RegistryError } from "@waybill/registry-client/problem";
import { readSettings, SettingsError } from "@waybill/registry-client/settings";
import { describe, expect, test } from "vitest";
import { reportFailure, sentence } from "./failures.ts";
import { DiagnosticError } from "./framework/diagnostics.ts";

const settings = readSettings({ address: "https://waybill.example.com", token: "wbl_secret" }, {});
const config = { name: "ns/web", version: "9", region: "mars", channel: null };

function report(error: unknown, more: Partial<Parameters<typeof reportFailure>[1]> = {}): DiagnosticError {
  const reported = reportFailure(error, { artifact: "ns/web", config, settings, ...more });
  expect(reported).toBeInstanceOf(DiagnosticError);
  return reported as DiagnosticError;
}

function refused(code: string, extras: object = {}, status = 404): RegistryError {
  return problemError({ type: "about:blank", title: "", status, code, detail: `said ${code}`, ...extras });
}

test("every failure has a summary of its own, the registry's sentence, and a place", () => {
  const table: [RegistryError, string, string[]][] = [
    [refused("artifact_not_found"), "No such artifact", ["name"]],
    [refused("version_not_found"), "No such version", ["version"]],
    [refused("channel_not_found"), "No such channel", ["name"]],
    [refused("channel_empty"), "Channel points nowhere", ["name"]],
    [refused("no_match"), "No matching image", ["region"]],
    [refused("ambiguous", {}, 409), "Several images match", ["region"]],
    [refused("version_revoked", {}, 409), "Version is revoked", ["version"]],
    [refused("unauthorized", {}, 401), "Token refused", []],
    [refused("forbidden", {}, 403), "Token may not do this", ["name"]],
    [refused("invalid_request", {}, 400), "Registry refused the request", []],
    [refused("internal", {}, 500), "Registry failed", []],
    [refused("unavailable", {}, 503), "Registry not available", []],
    [new RegistryError("unreachable", "said unreachable"), "Registry not reachable", []],
    [
      new RegistryError("unreachable", "said timeout", { code: "timeout" }),
      "Registry did not answer in time",
      [],
    ],
    [
      new RegistryError("unreachable", "said tls", { code: "tls" }),
      "No trusted connection to the registry",
      [],
    ],
    [
      new RegistryError("unreachable", "said proxy", { code: "proxy" }),
      "Proxy does not reach the registry",
      [],
    ],
    [new RegistryError("invalid_response", "said nonsense"), "Registry gave an invalid answer", []],
    [new RegistryError("cancelled", "said cancelled"), "Cancelled", []],
    [refused("constructor", {}, 418), "Registry refused the request", []],
    [refused("too_many_requests", {}, 429), "Registry asks to wait", []],
  ];
  for (const [error, summary, path] of table) {
    const diagnostic = report(error);
    expect(diagnostic.summary).toBe(summary);
    expect(diagnostic.detail, summary).toMatch(/^Said [a-z_]+\./);
    expect(diagnostic.path, summary).toEqual(path);
    expect(diagnostic.detail).not.toContain("wbl_secret");
  }
});

describe("the detail", () => {
  test("says whether the token is wrong or missing", () => {
    expect(report(refused("unauthorized", {}, 401)).detail).toMatch(
      /does not accept the token.*WAYBILL_TOKEN/s,
    );
    const without = { ...settings, token: undefined };
    expect(report(refused("unauthorized", {}, 401), { settings: without }).detail).toMatch(
      /No token was given.*WAYBILL_TOKEN/s,
    );
  });
});

test("the place is the argument that the registry names, where it was set", () => {
  const errors = [{ path: "queries.3.version", message: "must be a number" }];
  expect(report(refused("invalid_request", { errors }, 400)).path).toEqual(["version"]);
  const other = [{ path: "channel", message: "is odd" }];
  expect(report(refused("invalid_request", { errors: other }, 400)).path).toEqual([]);
});

test.each([
  ["query.region", "region"],
  ["path.version", "version"],
  ["queries[3].version", "version"],
  ["builds[0].images[1].region", "builds"],
  ["labels.region", "labels"],
])("what the registry calls %s is shown at %s", (path, at) => {
  const written = { ...config, builds: {}, labels: {} };
  const errors = [{ path, message: "is odd" }];
  expect(report(refused("invalid_request", { errors }, 400), { config: written }).path).toEqual([at]);
});

test.each([
  ["arch has two values", "Arch has two values."],
  ["ca_file /nope cannot be read", "ca_file /nope cannot be read."],
  ["team/web is gone.", "team/web is gone."],
])("%s is said as a sentence", (text, expected) => {
  expect(sentence(text)).toBe(expected);
});

test("who replaces a version that a channel points at is told how", () => {
  const inUse = refused("version_in_use", {}, 409);
  const version = { artifact: "ns/web", fingerprint: "1" };
  expect(report(inUse, { config: version }).detail).toContain("create_before_destroy = true");
  expect(report(inUse, { config: { artifact: "ns/web" } }).detail).toBe("Said version_in_use.");
});

test("a setting that cannot be used is named, and other errors pass", () => {
  expect(report(new SettingsError("ca_file", "ca_file x cannot be read")).summary).toBe("Invalid ca_file");
  const fault = new TypeError("a fault");
  expect(reportFailure(fault, { artifact: "ns/web", config, settings })).toBe(fault);
});
