/**
 * Lets Go's fuzzer invent what Packer and builders send to the shim of the plugin.
 * `node tools/fuzz-plugin.ts [time for each]`: as Go writes it, such as 10m or 20000x. What fails is kept below `testdata`.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository } from "./environment.ts";
import { type RunResult, run } from "./run.ts";

const shim = join(repository, "packer-plugin", "shim");
const timeLimitMs = 4 * 60 * 60_000;

/**
 * @param time for each of the targets, as `go test -fuzztime` takes it
 * @param onEnd told how each ended
 */
export async function fuzzPlugin(
  time: string,
  onEnd: (target: string, result: RunResult) => void,
): Promise<void> {
  for (const file of globSync("**/*_test.go", { cwd: shim })) {
    for (const [, target = ""] of readFileSync(join(shim, file), "utf8").matchAll(/^func (Fuzz\w+)/gm)) {
      const fuzz = ["-fuzz", `^${target}$`, "-fuzztime", time, "-fuzzminimizetime", "100x"];
      const args = ["test", "-run", "^$", ...fuzz, `./${dirname(file)}`];
      onEnd(target, await run("go", args, { cwd: shim, timeoutMs: timeLimitMs }));
    }
  }
}

if (import.meta.main) {
  await fuzzPlugin(process.argv[2] ?? "5m", (target, { code, output }) => {
    console.log(`${target}\n${output}`);
    if (code !== 0) process.exitCode = 1;
  });
}
