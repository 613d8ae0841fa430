import { readdir, readFile } from "node:fs/promises";

export type Process = { pid: number; command: string };

/**
 * The processes that inherited a variable with this value: all that a command has started, whoever their parents are.
 * Only Linux tells of the environment of others.
 */
export async function processesWith(name: string, value: string): Promise<Process[]> {
  const found: Process[] = [];
  for (const pid of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    try {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8");
      if (!environment.split("\0").includes(`${name}=${value}`)) continue;
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
      found.push({ pid: Number(pid), command: words.join(" ").trim() });
    } catch {
      // It has ended, or belongs to somebody else.
    }
  }
  // Of one that has ended and was not yet looked after, nothing is left to read.
  return found.filter(({ command }) => command !== "");
}
