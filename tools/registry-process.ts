import { spawn } from "node:child_process";
import { once } from "node:events";

/** A `waybill serve` that is ready for requests. */
export type RegistryProcess = {
  readonly address: string;
  /** What it wrote so far. */
  output(): string;
  /** Sends the signal and waits until it has ended; gives its exit code, `null` after a kill. */
  end(signal: NodeJS.Signals): Promise<number | null>;
};

const startTimeoutMs = 30_000;

/**
 * Starts `waybill serve` on loopback; where it listens and all else is in `env`.
 * @throws with what it wrote, when it ends instead or does not say where it listens
 */
export async function startRegistryProcess(cwd: string, env: NodeJS.ProcessEnv): Promise<RegistryProcess> {
  const child = spawn("waybill", ["serve"], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let output = "";
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const address = output.match(/http:\/\/127\.0\.0\.1:[1-9]\d*/)?.[0];
      if (address) resolve(address);
    });
  }
  const fail = (how: string) => reject(new Error(`waybill serve ${how}:\n${output}`));
  exited.then(
    () => fail("ended at once"),
    (error) => fail(`could not be started: ${error}`),
  );
  const timer = setTimeout(
    () => fail(`did not say within ${startTimeoutMs} ms where it listens`),
    startTimeoutMs,
  );

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await exited.catch(() => {});
    return child.exitCode;
  };
  try {
    return { address: await listening, output: () => output, end };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
