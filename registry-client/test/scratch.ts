import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const made: string[] = [];

afterAll(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true });
});

/** A new directory, removed when all tests of the file are over. */
export async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "waybill-client-"));
  made.push(dir);
  return dir;
}
