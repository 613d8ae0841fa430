import { type ChildProcess, spawn } from "node:child_process";
import { UsageError } from "../failures.ts";

/** How a program ended. */
export type Ending = { code: number; signal: null } | { code: null; signal: NodeJS.Signals };

/** Those that ask a program to end. Of a terminal all processes in front get the first two by themselves. */
const FROM_TERMINAL: NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
const PASSED_ON: NodeJS.Signals[] = [...FROM_TERMINAL, "SIGTERM", "SIGHUP"];

/**
 * Runs a program on the terminal of this process, as if nobody stood between: it reads and writes what we would, is in
 * the foreground as we are, and gets the signals that we get.
 *
 * @property onSignal called with each of them, also when the program has ended
 */
export class Child {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #handlers = new Map<NodeJS.Signals, () => void>();

  constructor([command = "", ...args]: string[], env: NodeJS.ProcessEnv, onSignal: () => void) {
    const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    for (const signal of PASSED_ON) {
      const handler = () => {
        onSignal();
        if (!(hasTerminal && FROM_TERMINAL.includes(signal))) this.#child.kill(signal);
      };
      this.#handlers.set(signal, handler);
      process.on(signal, handler);
    }
    this.#child = spawn(command, args, { stdio: "inherit", env });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", (error: NodeJS.ErrnoException) => reject(notStarted(command, error)));
      this.#child.on("exit", (code, signal) => {
        resolve(signal === null ? { code: code ?? 1, signal } : { code: null, signal });
      });
    });
  }

  /** From now on signals do what they do without us. */
  release(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    this.#handlers.clear();
  }
}

/** Ends this process as another one was ended. */
export function endBy(signal: NodeJS.Signals): Promise<never> {
  process.kill(process.pid, signal);
  // It arrives while nothing else is done.
  return new Promise(() => setInterval(() => undefined, 1_000));
}

function notStarted(command: string, { code, message }: NodeJS.ErrnoException): Error {
  if (code === "ENOENT") return new UsageError(`${command} was not found; is it on PATH?`);
  return new UsageError(`${command} cannot be started: ${message}`);
}
