import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIdentity } from "../src/plugin/certificate.ts";
import { FaultyRegistry, problem } from "./harness/faulty-registry.ts";
import { type Message, PluginProcess, shipped } from "./harness/plugin-process.ts";
import { ProviderClient } from "./harness/provider-client.ts";

describe.each(Object.entries(shipped))("the %s", (_name, command) => {
  let plugin: PluginProcess;

  beforeEach(async () => {
    plugin = await PluginProcess.start(command);
  });
  afterEach(() => plugin.kill());

  test("shakes hands in one line and leaves the rest of stdout empty", async () => {
    expect(plugin.handshake.fields).toHaveLength(6);
    expect(plugin.handshake.fields.slice(0, 3)).toEqual(["1", "6", "unix"]);
    expect(plugin.handshake.fields[4]).toBe("grpc");
    expect(plugin.handshake.fields[5]).not.toContain("=");
    await plugin.provider("GetMetadata", {});
    await plugin.shutdown();
    expect(plugin.stdout).toHaveLength(1);
  });

  test("listens where only its user can, and leaves nothing behind when it ends", async () => {
    const directory = dirname(plugin.handshake.fields[3] ?? "");
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await plugin.shutdown()).toBe(0);
    expect(existsSync(directory)).toBe(false);
  });

  test("ends on SIGTERM, not on SIGINT", async () => {
    plugin.child.kill("SIGINT");
    expect(await plugin.call("grpc.health.v1.Health", "Check", { service: "plugin" })).toEqual({
      status: "SERVING",
    });
    plugin.child.kill("SIGTERM");
    expect(await plugin.exited).toBe(0);
    expect(existsSync(dirname(plugin.handshake.fields[3] ?? ""))).toBe(false);
  });

  test("ends though the client keeps its stream of output open", async () => {
    const stdio = plugin.client("plugin.GRPCStdio") as Message;
    stdio.StreamStdio({}).on("error", () => undefined);
    expect(await plugin.shutdown()).toBe(0);
  });

  test("refuses a client with another certificate, or none", async () => {
    const request = plugin.call("tfplugin6.Provider", "GetMetadata", {}, createIdentity());
    await expect(request).rejects.toMatchObject({ code: 14 });
    const path = plugin.handshake.fields[3] as string;
    const anonymous = connectTls({ path, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    await new Promise((closed) => anonymous.on("error", closed).on("close", closed).resume());
    const plain = connectSocket(path, () => plain.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    await new Promise((closed) => plain.on("error", closed).on("close", closed).resume());
    expect(await plugin.provider("GetMetadata", {})).toMatchObject({
      data_sources: expect.arrayContaining([{ type_name: "waybill_artifact" }]),
    });
  });

  test("never prints the token", async () => {
    const token = `wbl_${"S".repeat(43)}`;
    const registry = await FaultyRegistry.start();
    let shown: string | undefined;
    registry.fault = (response, request) => {
      shown = request.headers.authorization;
      problem(401, "unauthorized")(response, request);
    };
    const settings = { TF_LOG: "trace", WAYBILL_TOKEN: token, WAYBILL_ADDRESS: registry.address() };
    const loud = await ProviderClient.start(settings, command);
    try {
      const answer = await loud.readData("waybill_artifact", { name: "hashicorp/web" });
      expect(answer.diagnostics).toMatchObject([{ summary: "Token refused" }]);
      expect(shown).toBe(`Bearer ${token}`);
      expect(JSON.stringify(answer)).not.toContain(token);
      await loud.plugin.shutdown();
      expect(loud.plugin.stderr.length).toBeGreaterThan(0);
      for (const line of loud.plugin.stderr) {
        expect(JSON.parse(line)).toMatchObject({ "@module": "waybill" });
        expect(line).not.toContain(token);
      }
    } finally {
      await loud.stop();
      await registry.stop();
    }
  });

  test("takes its socket where the client wants it, and a short path where that is too deep", async () => {
    const directory = await mkdtemp(join(tmpdir(), "sockets-"));
    const there = await PluginProcess.start(command, {
      PLUGIN_UNIX_SOCKET_DIR: directory,
      PLUGIN_MULTIPLEX_GRPC: "true",
    });
    expect(there.handshake.fields[3]).toMatch(new RegExp(`^${directory}/`));
    expect(there.handshake.fields[6]).toBe("false");
    await there.shutdown();
    expect(readdirSync(directory)).toEqual([]);
    await rm(directory, { recursive: true });
    const deep = await PluginProcess.start(command, { PLUGIN_UNIX_SOCKET_DIR: `/tmp/${"d".repeat(100)}` });
    expect(deep.handshake.fields[3]).toMatch(/^\/tmp\/plugin-/);
    expect(await deep.shutdown()).toBe(0);
  });
});
