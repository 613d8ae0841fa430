import { glob } from "node:fs/promises";
import { join } from "node:path";

/** The files that a path or a glob of the template names, sorted. */
export async function matching(pattern: string): Promise<string[]> {
  const matches: string[] = [];
  for await (const entry of glob(pattern, { withFileTypes: true })) {
    if (!entry.isDirectory()) matches.push(join(entry.parentPath, entry.name));
  }
  return matches.sort();
}
