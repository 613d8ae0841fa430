import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** What goes into an executable, and where it is written. */
type Parts = {
  script: string;
  to: string;
  format?: "commonjs" | "module";
  assets?: Record<string, string>;
  /** What V8 compiled of the script when it ran (`compiled/record.ts`); without it what compiles without running it. */
  compiled?: string;
  /** Options that Node is started with. */
  options?: readonly string[];
  /** The Node that goes inside, also one for another platform; this one when it is not given. */
  node?: string;
};

/**
 * For a process that lives a few hundred milliseconds: memory for all that it makes, so that nothing is collected, and
 * no thread that waits for debuggers.
 */
export const SHORT_LIVED = ["--min-semi-space-size=4", "--disable-sigusr1"] as const;

/**
 * Makes one executable of a script, with Node inside. For macOS it still has to be signed, unless it is made there.
 *
 * @throws when Node cannot make it; it says why on standard error
 */
export function makeExecutable({
  script,
  to,
  format = "commonjs",
  assets = {},
  compiled,
  options = [],
  node,
}: Parts): void {
  const config = `${to}.json`;
  const bare = `${to}.node`;
  const start = `${to}.start.cjs`;
  if (compiled !== undefined) writeStart(start);
  const description = {
    main: compiled === undefined ? script : start,
    mainFormat: format,
    output: to,
    executable: node ?? withoutSymbols(bare),
    disableExperimentalSEAWarning: true,
    // It holds for the platform that made it only.
    useCodeCache: node === undefined,
    // Neither NODE_OPTIONS nor arguments meant for Node reach the script.
    execArgvExtension: "none",
    execArgv: options,
    assets: { ...assets, ...(compiled !== undefined && { script, compiled }) },
  };
  writeFileSync(config, JSON.stringify(description));
  try {
    execFileSync(process.execPath, ["--build-sea", config], { stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    for (const file of [config, bare, start]) rmSync(file, { force: true });
  }
  chmodSync(to, 0o755);
  if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", "--force", to]);
}

function writeStart(outfile: string): void {
  const entryPoints = [join(import.meta.dirname, "compiled/start.ts")];
  buildSync({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", minify: true });
}

/**
 * This Node without its symbols, a fifth of it, which Terraform would read each time before it starts a provider.
 * Elsewhere than on Linux, and where there is no `strip`, it is Node as it is.
 */
function withoutSymbols(copy: string): string {
  if (process.platform !== "linux") return process.execPath;
  copyFileSync(process.execPath, copy);
  try {
    execFileSync("strip", [copy], { stdio: "ignore" });
    return copy;
  } catch {
    return process.execPath;
  }
}
