import { readFile } from "node:fs/promises";
import { join } from "node:path";

// What lies in the repository beside the sources. In a bundle this module is replaced by one that holds it.

/** Where `make build` leaves the provider and the plugin; a package and the executable have none. */
export const builtIn: string | undefined = join(import.meta.dirname, "..", "..", "dist");

/** The script that completes commands in a shell. */
export function completionScript(shell: string): Promise<string> {
  return readFile(join(import.meta.dirname, "..", "completion", `waybill.${shell}`), "utf8");
}
