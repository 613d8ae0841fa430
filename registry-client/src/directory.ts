import { mkdir, open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes a directory with those above it, so that they outlast a power loss. One after the other: where the system lets
 * nobody make any, as below /proc, Node's own recursion never ends.
 */
export async function makeDirectory(dir: string, mode?: number): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(dir); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    await mkdir(at, { mode }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await syncDirectory(dirname(at));
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

/** What systems answer that cannot sync a directory, or do not let this person read it. */
const UNSYNCABLE = new Set(["EACCES", "EPERM", "EISDIR", "EINVAL", "ENOTSUP"]);

/** Makes what was put into a directory outlast a power loss, where the system can do that. */
export async function syncDirectory(dir: string): Promise<void> {
  try {
    const handle = await open(dir, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    // What is in it is on disk by now; to fail here would be to lose it.
    if (!UNSYNCABLE.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
