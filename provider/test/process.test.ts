import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Client, credentials } from "@grpc/grpc-js";
import { describe, expect, test, vi } from "vitest";
import { MAGIC_COOKIE, type Message, PluginProcess, shipped } from "./harness/plugin-process.ts";

const run = promisify(execFile);
const stdoutModule = join(import.meta.dirname, "../src/plugin/stdout.ts");

describe.each(Object.entries(shipped))("the process of the %s", (_name, [command = "", ...args]) => {
  test("says what it is for when a person starts it", async () => {
    const { TF_PLUGIN_MAGIC_COOKIE: _, ...env } = process.env;
    const outcome = await run(command, args, { env }).catch((error) => error);
    expect(outcome).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/is a plugin: .*--debug/s),
    });
  });

  test("ends when the one that started it is gone", async () => {
    const script = `"$0" "$@" & echo $!; wait`;
    const parent = spawn("sh", ["-c", script, command, ...args], {
      env: { PATH: process.env.PATH, TF_PLUGIN_MAGIC_COOKIE: MAGIC_COOKIE },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
    const pid = Number((await lines.next()).value);
    const socket = String((await lines.next()).value).split("|")[3] ?? "";
    expect(existsSync(socket)).toBe(true);
    parent.kill("SIGKILL");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 4_000 });
    expect(existsSync(dirname(socket))).toBe(false);
  });

  test("leaves nothing behind when it is killed", async () => {
    const plugin = await PluginProcess.start([command, ...args]);
    // As Terraform does: it keeps this stream, and with it the connection, and so needs no socket any more.
    const stdio = plugin.client("plugin.GRPCStdio") as Message;
    stdio.StreamStdio({}).on("error", () => undefined);
    const directory = dirname(plugin.handshake.fields[3] ?? "");
    await vi.waitFor(() => expect(existsSync(directory)).toBe(false));
    expect((await plugin.provider("GetMetadata", {})).diagnostics).toEqual([]);
    plugin.child.kill("SIGKILL");
    expect(await plugin.exited).toBeNull();
  });

  test("waits for any client in debug mode, and ends on Ctrl-C there", async () => {
    const child = spawn(command, [...args, "--debug"], { stdio: ["ignore", "pipe", "inherit"] });
    let reattach: string | undefined;
    for await (const line of createInterface(child.stdout)) {
      reattach = /TF_REATTACH_PROVIDERS='(.*)'/.exec(line)?.[1];
      if (reattach) break;
    }
    const providers = JSON.parse(reattach ?? "{}");
    expect(Object.keys(providers)).toEqual([
      "registry.terraform.io/waybill/waybill",
      "registry.opentofu.org/waybill/waybill",
    ]);
    const [{ Pid, Addr }] = Object.values(providers) as [{ Pid: number; Addr: { String: string } }];
    expect(Pid).toBe(child.pid);
    expect(await answersOn(`unix:${Addr.String}`)).toBe(true);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

test("whatever prints to stdout prints to stderr instead", async () => {
  const code = `import { writeStdout } from ${JSON.stringify(stdoutModule)};
    console.log("logged"); process.stdout.write("written\\n"); writeStdout("meant\\n");`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", code]);
  expect({ stdout, stderr }).toEqual({ stdout: "meant\n", stderr: "logged\nwritten\n" });
});

function answersOn(address: string): Promise<boolean> {
  const client = new Client(address, credentials.createInsecure());
  const bytes = (raw: Buffer) => raw;
  const answered = new Promise<boolean>((resolve) => {
    client.makeUnaryRequest("/grpc.health.v1.Health/Check", bytes, bytes, Buffer.alloc(0), (error) =>
      resolve(!error),
    );
  });
  return answered.finally(() => client.close());
}
