import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, onTestFinished } from "vitest";
import type { PublishEvent } from "../src/messages.ts";
import { Output } from "../src/publishing/output.ts";
import { publish } from "../src/publishing/publish.ts";
import { startFakeRegistry } from "./fake-registry.ts";
import { publishRequest } from "./request.ts";

export let registry: Awaited<ReturnType<typeof startFakeRegistry>>;
export let spool: string;

/** A registry and a spool for each test of a file. */
export function useRegistryAndSpool(): void {
  beforeEach(async () => {
    registry = await startFakeRegistry();
    spool = await mkdtemp(join(tmpdir(), "waybill-plugin-test-"));
  });
  afterEach(async () => {
    await registry.close();
    await rm(spool, { recursive: true });
  });
}

/** Publishes one build as the shim asks for it, and gives what it told. */
export async function run(
  change: Parameters<typeof publishRequest>[0] = {},
  signal = new AbortController().signal,
  settings: NodeJS.ProcessEnv = {},
) {
  const events: PublishEvent[] = [];
  const env = {
    WAYBILL_ADDRESS: registry.address,
    WAYBILL_SPOOL_DIR: spool,
    WAYBILL_TIMEOUT: "2s",
    ...settings,
  };
  const output = new Output((event) => events.push(event));
  const failure = await publish(publishRequest(change), output, env, signal);
  const text = events.flatMap((event) => ("say" in event ? event.say : "error" in event ? event.error : []));
  const machine = events.flatMap((event) => ("machine" in event ? [event.machine.data] : []));
  return { failure, text: text.join("\n"), machine };
}

/** The records in the spool. */
export async function waiting() {
  const names = (await readdir(spool)).filter((name) => name.endsWith(".json"));
  return Promise.all(names.sort().map(async (name) => JSON.parse(await readFile(join(spool, name), "utf8"))));
}

/** An answer that refuses. */
export function problem(status: number, code: string, more: object = {}) {
  const body = { type: "about:blank", title: code, status, code, detail: `says ${code}`, ...more };
  return { status, body };
}

/** A file that the template names. */
export async function madeFile(text: string) {
  const directory = await mkdtemp(join(tmpdir(), "waybill-plugin-test-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const source = join(directory, "web.qcow2");
  await writeFile(source, text);
  return { source, sha256: createHash("sha256").update(text).digest("hex") };
}
