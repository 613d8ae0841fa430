import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensurePython } from "./ensure-python.ts";

let directory: string;
const said: string[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-python-"));
  vi.stubEnv("XDG_CACHE_HOME", join(directory, "cache"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  said.length = 0;
  await rm(directory, { recursive: true, force: true });
});

test("without Python it says what is left out, and installs nothing", async () => {
  vi.stubEnv("PATH", directory);
  expect(await ensurePython((line) => said.push(line))).toBeUndefined();
  expect(said).toEqual(["skipped what needs Python: there is no Python 3.11.0 or later with venv on PATH"]);
  await expect(access(join(directory, "cache"))).rejects.toThrow("ENOENT");
});
