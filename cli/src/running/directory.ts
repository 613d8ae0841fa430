import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "waybill-run-";

/**
 * Makes a directory for one run that only this user can enter. Those of runs that were killed are removed.
 *
 * @throws the error of the file system
 */
export async function makeRunDirectory(): Promise<string> {
  const space = await processSpace();
  for (const name of await readdir(tmpdir())) {
    const [, pid = "", where] = /^waybill-run-(\d+)-(\w+)-/.exec(name) ?? [];
    if (where !== space || isRunning(Number(pid))) continue;
    // That of another user stays.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-${space}-`));
}

/** Containers that share a directory have the same numbers for different processes. */
async function processSpace(): Promise<string> {
  const name = await readlink("/proc/self/ns/pid").catch(() => "");
  return /\d+/.exec(name)?.[0] ?? process.platform;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
