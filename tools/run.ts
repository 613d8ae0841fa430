import { spawn } from "node:child_process";

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Interrupts the command as Ctrl-C would; `run` still waits until it has ended. */
  readonly signal?: AbortSignal;
};

export type RunResult = {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  /** stdout and stderr as they came. */
  readonly output: string;
};

/**
 * Runs a command to its end, with nothing on its standard input.
 * @throws when it cannot be started, or takes longer than it may; it is killed then
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    // A process group of its own: Packer is two processes, and hears an interrupt only when both do.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let output = "";
  const collect = (text: string): void => {
    output += text;
    options.onOutput?.(text);
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    collect(text);
  });
  child.stderr.setEncoding("utf8").on("data", collect);
  const signalAll = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  };
  const end = () => signalAll("SIGINT");
  options.signal?.addEventListener("abort", end);
  const timer = setTimeout(() => {
    signalAll("SIGKILL");
    reject(new Error(`${command} ${args.join(" ")} took longer than ${options.timeoutMs} ms:\n${output}`));
  }, options.timeoutMs);
  child.on("error", (error) => {
    clearTimeout(timer);
    reject(error);
  });
  child.on("close", (code) => {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", end);
    resolve({ code, stdout, output });
  });
  return promise;
}
