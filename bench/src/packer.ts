import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensurePacker } from "../../tools/ensure-tools.ts";
import { repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";
import { randomToken, startRegistry } from "./registry.ts";

const buildTimeoutMs = 10 * 60_000;

/** A template of a source that makes nothing, with what runs in it and what comes after it. */
export const nullTemplate = (provisioner: string, postProcessor: string): string => `
packer {
  required_plugins {
    waybill = { source = "github.com/waybill/waybill", version = ">= 0.1.0" }
  }
}
source "null" "bench" { communicator = "none" }
build {
  sources = ["null.bench"]
  ${provisioner}
  post-processor ${postProcessor}
}
`;

/** The post-processor, with an image that the source could have made. */
export const publishes =
  '"waybill" {\n artifact = "bench/null"\n images = [{ platform = "aws", region = "eu", external_id = "ami-1" }]\n}';

/** Runs a command to its end. @returns milliseconds; @throws when it fails */
export type Timed = (command: string, ...args: string[]) => Promise<number>;

/** Gives a Packer with the plugin, a registry, and a directory to run commands in, for as long as `work` takes. */
export async function withPacker<T>(
  directory: string,
  work: (timed: Timed, packer: string) => Promise<T>,
): Promise<T> {
  const packer = await ensurePacker("1.16.0");
  const { registry, env } = await startRegistry(directory, randomToken());
  const timed: Timed = async (command, ...args) => {
    const cwd = command === "waybill" && args[0] === "plugin" ? repository : directory;
    const started = performance.now();
    const { code, output } = await run(command, args, { cwd, env, timeoutMs: buildTimeoutMs });
    const elapsed = performance.now() - started;
    if (code === 0) return elapsed;
    throw new Error(`${command} ${args.join(" ")} failed:\n${output.slice(-4_000)}`);
  };
  try {
    await mkdir(join(directory, "packer-plugins"), { recursive: true });
    await timed("waybill", "plugin", "install");
    return await work(timed, packer);
  } finally {
    await registry.end("SIGTERM");
  }
}
