import { writeSync } from "node:fs";

// Imported before everything else, for what it does: the client reads the first line of stdout as the handshake, so
// whatever else is printed, by console.log or by a dependency, goes to stderr. Node opens `process.stdout` when it is
// first used; taking its place also saves that.
Object.defineProperty(process, "stdout", { configurable: true, get: () => process.stderr });

/** Writes to the true stdout, at once. */
export function writeStdout(text: string): void {
  writeSync(1, text);
}
