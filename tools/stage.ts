import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { styleText } from "node:util";
import { furnishHome, isolatedEnvironment, repository } from "./environment.ts";
import { type RegistryProcess, startRegistryProcess } from "./registry-process.ts";
import { run } from "./run.ts";

const commandTimeoutMs = 5 * 60_000;

/** A command that did not do what the demo shows. */
export class StepFailed extends Error {}

/** Where the demo plays: a directory with a home of its own, in which commands are shown and run. */
export class Stage {
  readonly directory: string;
  readonly #signal: AbortSignal;
  readonly #env: NodeJS.ProcessEnv;
  #registry: RegistryProcess | undefined;
  #steps = 0;

  private constructor(directory: string, tools: readonly string[], signal: AbortSignal) {
    this.directory = directory;
    this.#signal = signal;
    this.#env = isolatedEnvironment(directory);
    this.#env.PATH = [...tools.map(dirname), this.#env.PATH].join(delimiter);
  }

  /** @param tools paths of programs that commands name without their directory */
  static async set(tools: readonly string[], signal: AbortSignal): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), "waybill-demo-"));
    const stage = new Stage(directory, tools, signal);
    await furnishHome(directory);
    return stage;
  }

  /** Ends the registry and leaves nothing behind. */
  async strike(): Promise<void> {
    await this.#registry?.end("SIGTERM");
    await rm(this.directory, { recursive: true, force: true });
  }

  async bring(example: string, to: string): Promise<void> {
    await cp(join(repository, "examples", example), join(this.directory, to), { recursive: true });
  }

  /** Says what comes next. */
  say(line: string): void {
    this.#steps += 1;
    console.log(`\n${styleText("bold", `${this.#steps}. ${line}`)}`);
  }

  /** Starts the registry as a person would, and takes address and first token from what it says. */
  async serve(): Promise<void> {
    const settings = {
      WAYBILL_LISTEN: "127.0.0.1:0",
      WAYBILL_DATABASE_URL: `sqlite:${join(this.directory, "registry.sqlite")}`,
      WAYBILL_DATA_DIR: join(this.directory, "data"),
    };
    showCommand("waybill serve &");
    this.#registry = await startRegistryProcess(this.directory, { ...this.#env, ...settings });
    this.#stopIfAsked();
    const token = await this.#registry.says(/wbl_[A-Za-z0-9_-]{43}/);
    for (const line of this.#registry.output().split("\n")) showLine(line);
    this.#env.WAYBILL_ADDRESS = this.#registry.address;
    this.#env.WAYBILL_TOKEN = token;
    showCommand(`export WAYBILL_ADDRESS=${this.#registry.address} WAYBILL_TOKEN=${token}`);
  }

  /**
   * Shows a command as one would type it, runs it, and shows what it writes.
   * @throws StepFailed when it ends with another exit code, or does not write what it is to show
   */
  async run(
    command: string,
    { at = ".", exitCode = 0, shows }: { at?: string; exitCode?: number; shows?: RegExp } = {},
  ): Promise<void> {
    showCommand(at === "." ? command : `(cd ${at} && ${command})`);
    const [program = "", ...args] = command.split(" ");
    const shown = lineByLine(showLine);
    const result = await run(program, args, {
      cwd: join(this.directory, at),
      env: this.#env,
      timeoutMs: commandTimeoutMs,
      signal: this.#signal,
      onOutput: shown.push,
    });
    shown.end();
    this.#stopIfAsked();
    if (result.code !== exitCode) {
      throw new StepFailed(
        `"${command}" was to end with exit code ${exitCode}, and ended with ${result.code}`,
      );
    }
    if (shows && !shows.test(result.output)) throw new StepFailed(`"${command}" was to show ${shows}`);
  }

  #stopIfAsked(): void {
    this.#signal.throwIfAborted();
  }
}

function showCommand(command: string): void {
  console.log(`   ${styleText("cyan", `$ ${command}`)}`);
}

function showLine(line: string): void {
  if (line.trim()) console.log(`     ${styleText("dim", line)}`);
}

/** Output comes in pieces that end anywhere. */
function lineByLine(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let unfinished = "";
  return {
    push(text) {
      const lines = (unfinished + text).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    },
    end: () => onLine(unfinished),
  };
}
