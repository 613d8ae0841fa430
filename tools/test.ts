/**
 * Runs every suite and ends with one line over all of them: `N passed, N failed`.
 * Arguments are handed to vitest: `node tools/test.ts provider` runs one workspace.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Count = { passed: number; failed: number; skipped: number };

const root = join(import.meta.dirname, "..");
/** Half of it on a machine of two cores that does nothing else. */
const suiteTimeLimitMs = 50 * 60_000;

/** Runs a command with this terminal's output; resolves with its exit code, 1 where a signal or the time limit ended it. */
function run(
  command: string,
  args: string[],
  options: { cwd: string; onLine?: (line: string) => void },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      stdio: ["ignore", options.onLine ? "pipe" : "inherit", "inherit"],
      timeout: suiteTimeLimitMs,
    });
    let rest = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

const unfinished = `The suites were ended before they could count, by a signal or because they took longer than ${suiteTimeLimitMs / 60_000} minutes.`;

/** The TypeScript suites, all workspaces in one run. */
async function runVitest(filters: string[]): Promise<Count> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-test-"));
  const report = join(directory, "report.json");
  try {
    const code = await run(
      "vitest",
      ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...filters],
      { cwd: root },
    );
    if (code !== 0 && !existsSync(report)) throw new Error(unfinished);
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(
      await readFile(report, "utf8"),
    );
    // A suite that fails outside any test (an import, a hook) has no failed test to count.
    const failed = numFailedTests === 0 && (code !== 0 || !success) ? 1 : numFailedTests;
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The Go suites of the shim. */
async function runGo(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const output = new Map<string, string>();
  const code = await run("go", ["test", "-json", "./..."], {
    cwd: join(root, "packer-plugin", "shim"),
    onLine(line) {
      if (!line.startsWith("{")) return void console.log(line);
      const event = JSON.parse(line) as { Action: string; Package?: string; Test?: string; Output?: string };
      const key = `${event.Package} ${event.Test ?? ""}`;
      if (event.Action === "output") output.set(key, (output.get(key) ?? "") + (event.Output ?? ""));
      if (event.Action === "fail") process.stdout.write(output.get(key) ?? "");
      if (event.Test === undefined) return;
      if (event.Action === "pass") count.passed++;
      if (event.Action === "fail") count.failed++;
      if (event.Action === "skip") count.skipped++;
    },
  });
  if (code !== 0 && count.failed === 0) count.failed = 1;
  console.log(`go test: ${count.passed} passed, ${count.failed} failed`);
  return count;
}

const filters = process.argv.slice(2);
const counts = filters.length > 0 ? [await runVitest(filters)] : [await runGo(), await runVitest([])];
const total = counts.reduce((a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
}));
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
