import { afterEach, expect, test, vi } from "vitest";
import { Output } from "../output.ts";
import { type Result, summarize } from "./summary.ts";

const away = "the registry cannot be reached; check the address";

function result(build: string, more: Partial<Result>): Result {
  const signed = {
    artifact: "acme/web",
    build,
    values: { fingerprint: "f" },
    builder_type: "file",
    source_name: build,
  };
  return { signed, outcome: undefined, ...more };
}

function waiting(build: string, reason: string): Result {
  const named = { artifact: "acme/web", build, fingerprint: "f" };
  return result(build, {
    outcome: { ...named, state: "spooled", reason, path: `/spool/${build}` },
    log: { state: "spooled", reason: away, path: `/logs/${build}` },
  });
}

function said(...results: Result[]): string {
  let text = "";
  const written = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  summarize(results, { code: 0, signal: null }, "http://registry.test", new Output(false));
  written.mockRestore();
  return text;
}

afterEach(() => vi.restoreAllMocks());

test("what is wrong with all is said once, and once what to type", () => {
  expect(said(waiting("a", away), waiting("b", away))).toBe(`
==> waybill: acme/web has no version for f yet
    a: NOT PUBLISHED YET: ${away}; what was built is kept, its record waits in /spool/a; its log waits in /logs/a
    b: NOT PUBLISHED YET; what was built is kept, its record waits in /spool/b; its log waits in /logs/b
To send what waits, type: waybill spool send
`);
});

test("another reason of the log is said, too", () => {
  expect(said(waiting("a", "Packer was interrupted"))).toContain(`its log waits in /logs/a: ${away}\n`);
});

test("nothing waits where all was published, or lost", () => {
  const outcome = {
    artifact: "acme/web",
    build: "a",
    fingerprint: "f",
    state: "published",
    number: 3,
  } as const;
  const log = { state: "lost", reason: "the disk is full" } as const;
  expect(said(result("a", { outcome, log: { state: "sent" } }), result("b", { outcome, log }))).toBe(`
==> waybill: acme/web version 3: http://registry.test/v1/artifacts/acme/web/versions/3
    a: published, with its log
    b: published; its log is NOT KEPT: the disk is full
`);
});
