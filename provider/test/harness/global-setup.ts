import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The tests drive what is shipped, so it is built first; that takes no time when nothing changed. */
export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, "../../scripts/build.ts")], { stdio: "inherit" });
}
