import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../test/scratch.ts";
import { makeDirectory } from "./directory.ts";

test("makes a directory with those above it, twice at once too", async () => {
  const dir = join(await scratch(), "a", "b");
  await Promise.all([makeDirectory(dir, 0o700), makeDirectory(dir, 0o700)]);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  await makeDirectory(dir);
});

test.runIf(existsSync("/proc/self"))(
  "fails where nobody can make one, and does not try for ever",
  async () => {
    await expect(makeDirectory("/proc/x/y")).rejects.toThrow("ENOENT");
  },
);
