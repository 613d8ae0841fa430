import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { isolatedEnvironment } from "./environment.ts";

const module = JSON.stringify(new URL("registry-process.ts", import.meta.url));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a registry does not outlive those who started it, however they end", async () => {
  const directory = await mkdtemp(join(tmpdir(), "waybill-tools-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const starts = `import { startRegistryProcess } from ${module};
    console.log((await startRegistryProcess(process.cwd(), process.env)).pid);`;
  const starter = spawn(process.execPath, ["--input-type=module", "--eval", starts], {
    cwd: directory,
    env: isolatedEnvironment(directory, { WAYBILL_LISTEN: "127.0.0.1:0", WAYBILL_DATA_DIR: directory }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(starter.stdout, "data");
  const pid = Number(line);
  expect(isRunning(pid)).toBe(true);
  starter.kill("SIGKILL");
  await once(starter, "exit");
  while (isRunning(pid)) await delay(20);
});
