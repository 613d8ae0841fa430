import { expect, test } from "vitest";
import { openTofu, packer, pinnedVersion } from "./tool-sources.ts";
import { compareVersions } from "./versions.ts";

test("versions are ordered as numbers, not as text", () => {
  expect(compareVersions("1.9.5", "1.16.0")).toBeLessThan(0);
  expect(compareVersions("1.16.0", "1.16")).toBe(0);
  expect(compareVersions("2.0.0", "1.16.0")).toBeGreaterThan(0);
});

test("each tool's module says which version it builds", async () => {
  expect(await pinnedVersion(packer)).toMatch(/^1\.\d+\.\d+$/);
  expect(await pinnedVersion(openTofu)).toMatch(/^1\.\d+\.\d+$/);
});
