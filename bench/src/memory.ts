import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";
import type { Figure } from "./figure.ts";
import { randomToken, startRegistry } from "./registry.ts";

const promisedMiB = 120;
const commandTimeoutMs = 30_000;
/** What people install, as they start it for the first time. */
const programs = {
  "npm package": join(repository, "dist/npm/waybill.js"),
  executable: join(repository, process.platform === "win32" ? "dist/waybill.exe" : "dist/waybill"),
};

/** Resident memory of a server that has started for the first time, answered once, and has nothing to do. */
export async function measureMemory(directory: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, program] of Object.entries(programs)) {
    const own = join(directory, name.replace(" ", "-"));
    await mkdir(own);
    const mebibytes = await residentMiB(own, await installed(program, own));
    figures.push({
      title: `server (${name}): resident memory when idle`,
      measured: `${mebibytes.toFixed(0)} MiB`,
      promised: `< ${promisedMiB} MiB`,
      holds: mebibytes < promisedMiB,
      how: "resident set after the first answer, first start",
    });
  }
  return figures;
}

/** The executable as a copy, as everybody has it: of a file that was just linked, the system counts larger pieces. */
async function installed(program: string, directory: string): Promise<string> {
  if (program.endsWith(".js")) return program;
  const copy = join(directory, "waybill");
  await copyFile(program, copy);
  return copy;
}

async function residentMiB(directory: string, program: string): Promise<number> {
  const { registry, env } = await startRegistry(directory, randomToken(), program);
  try {
    const asked = await run("waybill", ["artifacts", "list"], { env, timeoutMs: commandTimeoutMs });
    if (asked.code !== 0 && asked.code !== 1) throw new Error(asked.output);
    const args = ["-o", "rss=", "-p", String(registry.pid)];
    const { stdout } = await run("ps", args, { timeoutMs: commandTimeoutMs });
    const mebibytes = Number(stdout) / 1024;
    if (!(mebibytes > 0)) throw new Error(`ps said nothing of process ${registry.pid}`);
    return mebibytes;
  } finally {
    await registry.end("SIGTERM");
  }
}
