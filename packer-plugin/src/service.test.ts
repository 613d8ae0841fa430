import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startFakeRegistry } from "../test/fake-registry.ts";
import { publishRequest } from "../test/request.ts";
import { PluginClient } from "./generated/plugin.ts";
import type { PublishRequest } from "./messages.ts";
import { serve } from "./service.ts";

let directory: string;
let registry: Awaited<ReturnType<typeof startFakeRegistry>>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-plugin-test-"));
  registry = await startFakeRegistry();
});
afterEach(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});

function connect(socket: string) {
  const client = new PluginClient(`unix:${socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

async function publishOver(client: PluginClient, request: PublishRequest): Promise<object[]> {
  const events: object[] = [];
  const call = client.publish(request);
  call.on("data", (event) => events.push(event));
  await once(call, "end");
  return events;
}

async function start(env: NodeJS.ProcessEnv = {}) {
  const socket = join(directory, "s");
  const settings = { WAYBILL_ADDRESS: registry.address, WAYBILL_SPOOL_DIR: join(directory, "spool"), ...env };
  const service = await serve(socket, settings);
  onTestFinished(() => service.end());
  return { service, client: connect(socket) };
}

test("a publication streams what the user sees and ends with an outcome", async () => {
  const { client } = await start();
  const events = await publishOver(client, publishRequest());
  expect(events).toContainEqual({ say: expect.stringContaining("version 1 is complete") });
  expect(events.at(-1)).toEqual({ outcome: { failure: "" } });
});

test("what cannot be published ends with a sentence", async () => {
  const { client } = await start();
  const events = await publishOver(client, publishRequest({ artifact: { builder_id: "transcend.qemu" } }));
  expect(events.at(-1)).toEqual({ outcome: { failure: expect.stringContaining("names neither an image") } });
});

test("a version that cannot be read is an error with the registry's sentence", async () => {
  const { client } = await start();
  registry.answerWith(() => ({
    status: 404,
    body: { title: "t", status: 404, code: "artifact_not_found", detail: 'There is no artifact "h/w".' },
  }));
  const error = await new Promise<ServiceError | null>((resolve) =>
    client.read({ data_source: "artifact", options: '{"artifact":"h/w"}' }, resolve),
  );
  expect(error?.details).toBe('There is no artifact "h/w".');
});

test("the program ends when its stdin does, and puts aside what it was publishing", async () => {
  const socket = join(directory, "s");
  const spool = join(directory, "spool");
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  registry.answerWith(() => {
    asked();
    // Busy for longer than the test: the client waits before it tries again.
    return { status: 503, body: { title: "t", status: 503, code: "unavailable", detail: "busy" } };
  });
  const program = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), socket], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      WAYBILL_ADDRESS: registry.address,
      WAYBILL_SPOOL_DIR: spool,
      WAYBILL_TIMEOUT: "30s",
    },
  });
  const ended = once(program, "exit");
  await once(program.stdout, "data");
  const client = connect(socket);
  const call = client.publish(publishRequest());
  call.on("error", () => undefined).resume();
  await isAsked;
  program.stdin.end();
  expect(await ended).toEqual([0, null]);
  expect(await readdir(spool)).toHaveLength(1);
});
