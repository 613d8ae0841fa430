import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** The program, as Node runs it. */
export const bin = join(import.meta.dirname, "..", "bin", "waybill.js");

export type Ran = { code: number | null; stdout: string; stderr: string };
export type Surroundings = { env?: Record<string, string>; stdin?: string; cwd?: string };

const made: string[] = [];

// Registered before the hooks of the file that imports this, and so the last to run.
afterAll(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A new directory, removed when all tests of the file are over. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), "waybill-cli-"));
  made.push(dir);
  return dir;
}

/** Runs the command as a shell would, in a process of its own that knows nothing of the person who tests. */
export function waybill(args: string[], { env = {}, stdin = "", cwd }: Surroundings = {}): Promise<Ran> {
  const home = env.HOME ?? scratch();
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, APPDATA: home, ...env },
  });
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    ran.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    ran.stderr += text;
  });
  child.stdin.on("error", () => undefined).end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code }));
  });
}
