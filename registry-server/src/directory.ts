import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a directory for this user only, with those above it. One after the other: where the system lets nobody make
 * any, as below /proc, Node's own recursion never ends.
 *
 * @returns whether it was not there
 */
export function makeDirectory(path: string): boolean {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const at of missing) makeOne(at);
  return missing.length > 0;
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
