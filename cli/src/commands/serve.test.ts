import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isolatedEnvironment } from "../../../tools/environment.ts";
import { startRegistryProcess } from "../../../tools/registry-process.ts";
import { scratch, waybill } from "../../test/waybill.ts";

test("runs a registry until it is told to stop, and ends with 0", async () => {
  const dir = scratch();
  const token = `wbl_${"t".repeat(43)}`;
  const settings = { WAYBILL_LISTEN: "127.0.0.1:0", WAYBILL_DATA_DIR: dir, WAYBILL_BOOTSTRAP_TOKEN: token };
  const env = isolatedEnvironment(dir, settings);
  const registry = await startRegistryProcess(dir, env);
  onTestFinished(() => void registry.end("SIGKILL"));
  const listed = await waybill(["artifacts", "list"], {
    env: { WAYBILL_ADDRESS: registry.address, WAYBILL_TOKEN: token },
  });
  expect(listed.code).toBe(0);
  const stranger = await waybill(["artifacts", "list"], { env: { WAYBILL_ADDRESS: registry.address } });
  expect(stranger.code).toBe(4);
  expect(stranger.stderr).toContain("token");
  expect(await registry.end("SIGTERM")).toBe(0);
});

test.runIf(existsSync("/proc/self"))(
  "says that data cannot lie where nobody can make a directory",
  async () => {
    const { code, stderr } = await waybill(["serve", "--dev", "--data-dir", "/proc/x/y"]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^waybill serve: .*ENOENT.*"?.proc.x/);
  },
);

test("calls a wrong flag a wrong usage", async () => {
  const { code, stderr } = await waybill(["serve", "--bogus"]);
  expect(code).toBe(2);
  expect(stderr).toContain("--bogus");
});

test("tells a database that does not answer from one that cannot be used, as the operator's commands do", async () => {
  const away = ["--database-url", "postgres://waybill@127.0.0.1:9/registry"];
  const file = ["--database-url", `sqlite:${scratch()}`];
  for (const command of [["serve", "--listen", "127.0.0.1:0"], ["check"]]) {
    expect((await waybill([...command, ...away])).code).toBe(3);
    expect((await waybill([...command, ...file])).code).toBe(4);
  }
});

test("never says that there is none when it cannot start", async () => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await waybill(["serve", "--dev", "--listen", `127.0.0.1:${port}`]);
  expect(code).toBe(4);
  expect(stderr).toContain(`127.0.0.1:${port}`);
});
