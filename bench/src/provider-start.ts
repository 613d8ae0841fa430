import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repository } from "../../tools/environment.ts";
import { type Figure, milliseconds } from "./figure.ts";
import { inTurn, median } from "./statistics.ts";

const provider = join(repository, "dist", "terraform-provider-waybill_v0.1.0");
/** What Terraform says to a plugin; without it the provider explains itself to a person and ends. */
const magicCookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const rounds = 20;
const promised = 2.5;

/** From the start of the process to its handshake line, against a Node that has nothing to do. */
export async function measureProviderStart(): Promise<Figure> {
  const { a, b } = await inTurn(rounds, handshake, nodeWithNothingToDo);
  const ratio = median(a) / median(b);
  return {
    title: "provider: start to handshake, against `node -e 0`",
    measured: `${ratio.toFixed(2)} x`,
    promised: `<= ${promised} x`,
    holds: ratio <= promised,
    how: `${rounds} rounds in turn, medians ${milliseconds(median(a))} and ${milliseconds(median(b))}`,
  };
}

async function handshake(): Promise<number> {
  const started = performance.now();
  const child = spawn(provider, {
    env: { ...process.env, TF_PLUGIN_MAGIC_COOKIE: magicCookie, PLUGIN_PROTOCOL_VERSIONS: "6" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  const [line] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer | number];
  const elapsed = performance.now() - started;
  if (!Buffer.isBuffer(line) || !line.toString().startsWith("1|6|")) {
    throw new Error(`the provider did not shake hands: ${line}`);
  }
  child.kill("SIGTERM");
  await ended;
  return elapsed;
}

async function nodeWithNothingToDo(): Promise<number> {
  const started = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - started;
}
