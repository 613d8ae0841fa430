import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, rmSync, writeFileSync } from "node:fs";

/** What goes into an executable, and where it is written. */
type Parts = {
  script: string;
  to: string;
  format?: "commonjs" | "module";
  assets?: Record<string, string>;
  /** The Node that goes inside, also one for another platform; this one when it is not given. */
  node?: string;
};

/**
 * Makes one executable of a script, with Node inside. For macOS it still has to be signed, unless it is made there.
 *
 * @throws when Node cannot make it; it says why on standard error
 */
export function makeExecutable({ script, to, format = "commonjs", assets = {}, node }: Parts): void {
  const config = `${to}.json`;
  const bare = `${to}.node`;
  const options = {
    main: script,
    mainFormat: format,
    output: to,
    executable: node ?? withoutSymbols(bare),
    disableExperimentalSEAWarning: true,
    // It holds for the platform that made it only.
    useCodeCache: node === undefined,
    // Neither NODE_OPTIONS nor arguments meant for Node reach the script.
    execArgvExtension: "none",
    assets,
  };
  writeFileSync(config, JSON.stringify(options));
  try {
    execFileSync(process.execPath, ["--build-sea", config], { stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    for (const file of [config, bare]) rmSync(file, { force: true });
  }
  chmodSync(to, 0o755);
  if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", "--force", to]);
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
