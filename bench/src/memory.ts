import { readFile } from "node:fs/promises";
import { Registry } from "../../e2e/harness/registry.ts";
import type { Figure } from "./figure.ts";

const promisedMiB = 120;

/** Resident memory of a server that has started, answered once, and has nothing to do. */
export async function measureMemory(directory: string): Promise<Figure> {
  const registry = await new Registry(directory).start();
  try {
    await registry.client.listArtifacts({});
    const status = await readFile(`/proc/${registry.pid}/status`, "utf8");
    const mebibytes = Number(status.match(/^VmRSS:\s+(\d+) kB/m)?.[1]) / 1024;
    return {
      title: "server: resident memory when idle",
      measured: `${mebibytes.toFixed(0)} MiB`,
      promised: `< ${promisedMiB} MiB`,
      holds: mebibytes < promisedMiB,
      how: "after the first answer, VmRSS",
    };
  } finally {
    await registry.stop();
  }
}
