import { run } from "../../tools/run.ts";
import type { Figure } from "./figure.ts";
import { randomToken, startRegistry } from "./registry.ts";

const promisedMiB = 120;
const commandTimeoutMs = 30_000;

/**
 * Resident memory of a server that has started, answered once, and has nothing to do. The first start after an
 * installation also compiles the sources, and what that takes is given back only when the process ends.
 */
export async function measureMemory(directory: string): Promise<Figure> {
  const token = randomToken();
  const first = await startRegistry(directory, token);
  await first.registry.end("SIGTERM");
  const { registry, env } = await startRegistry(directory, token);
  try {
    const asked = await run("waybill", ["artifacts", "list"], { env, timeoutMs: commandTimeoutMs });
    if (asked.code !== 0 && asked.code !== 1) throw new Error(asked.output);
    const { stdout } = await run("ps", ["-o", "rss=", "-p", String(registry.pid)], {
      timeoutMs: commandTimeoutMs,
    });
    const mebibytes = Number(stdout) / 1024;
    if (!(mebibytes > 0)) throw new Error(`ps said nothing of process ${registry.pid}`);
    return {
      title: "server: resident memory when idle",
      measured: `${mebibytes.toFixed(0)} MiB`,
      promised: `< ${promisedMiB} MiB`,
      holds: mebibytes < promisedMiB,
      how: "resident set after the first answer, second start",
    };
  } finally {
    await registry.end("SIGTERM");
  }
}
