import { spawn } from "node:child_process";
import { once } from "node:events";

/** A `waybill serve` that is ready for requests. */
export type RegistryProcess = {
  readonly address: string;
  readonly pid: number | undefined;
  /** What it wrote so far. */
  output(): string;
  /** Waits until it has written something like this; gives that. */
  says(pattern: RegExp): Promise<string>;
  /** Sends the signal and waits until it has ended; gives its exit code, `null` after a kill. */
  end(signal: NodeJS.Signals): Promise<number | null>;
};

const sayTimeoutMs = 30_000;

/**
 * For the environment of a process of Node whose stdin is a pipe: it ends when that does, so that nothing stays behind
 * when those who started it are killed.
 */
export const endsWithParent = {
  NODE_OPTIONS: "--import=data:text/javascript,process.stdin.on('end',()=>process.exit()).resume().unref()",
};

/**
 * Starts `waybill serve` on loopback; where it listens and all else is in `env`.
 * @param program what to start in place of the `waybill` on PATH
 * @throws with what it wrote, when it ends instead or does not say where it listens
 */
export async function startRegistryProcess(
  cwd: string,
  env: NodeJS.ProcessEnv,
  flags: readonly string[] = [],
  program = "waybill",
): Promise<RegistryProcess> {
  const child = spawn(program, ["serve", ...flags], { cwd, env: { ...env, ...endsWithParent } });
  const ended = Promise.withResolvers<void>();
  child.on("exit", () => ended.resolve());
  child.on("error", () => ended.resolve());
  const changes = new EventTarget();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      changes.dispatchEvent(new Event("output"));
    });
  }

  const says = async (pattern: RegExp): Promise<string> => {
    const giveUp = AbortSignal.any([AbortSignal.timeout(sayTimeoutMs), abortedAfter(ended.promise)]);
    for (;;) {
      const said = output.match(pattern)?.[0];
      if (said) return said;
      if (giveUp.aborted) throw new Error(`waybill serve did not say ${pattern}:\n${output}`);
      await once(changes, "output", { signal: giveUp }).catch(() => {});
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await ended.promise;
    return child.exitCode;
  };

  try {
    const address = await says(/https?:\/\/127\.0\.0\.1:[1-9]\d*/);
    return { address, pid: child.pid, output: () => output, says, end };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
}

function abortedAfter(promise: Promise<void>): AbortSignal {
  const controller = new AbortController();
  promise.then(() => controller.abort());
  return controller.signal;
}
