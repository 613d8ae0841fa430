import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { run } from "../tools/run.ts";
import { useWorkspaces } from "./harness/fixtures.ts";
import { until } from "./harness/until.ts";

const newWorkspace = useWorkspaces();
const demo = join(repository, "tools", "demo.ts");
const timeoutMs = 100_000;

test("the demo shows the whole chain and leaves nothing behind", async () => {
  const workspace = await newWorkspace({});
  const env = { ...process.env, TMPDIR: workspace.directory };
  const { code, output } = await run(process.execPath, [demo], { env, timeoutMs });
  expect(code, output).toBe(0);
  expect(output).toContain("packer build .");
  expect(output).toMatch(/~ version\s+= 1 -> 2/);
  expect(output).toMatch(/Everything did what it should, in \d/);
  expect(await workspace.list()).toEqual([]);
});

test("a demo that is interrupted ends its registry and leaves nothing behind", async () => {
  const workspace = await newWorkspace({});
  const child = spawn(process.execPath, [demo], {
    env: { ...process.env, TMPDIR: workspace.directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await until("Packer is building", () => output.includes("$ (cd image && packer build .)"));
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  const address = output.match(/WAYBILL_ADDRESS=(\S+)/)?.[1] ?? "";
  await expect(fetch(`${address}/healthz`)).rejects.toThrow();
  expect(await workspace.list()).toEqual([]);
});
