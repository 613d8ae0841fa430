import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import { isolatedEnvironment, repository } from "../../tools/environment.ts";
import { type RunResult, run } from "../../tools/run.ts";

/** How long one command may take; far more than any needs, so that only one that hangs is ended. */
const commandTimeoutMs = 100_000;

/** A directory of its own to run Packer, Terraform and `waybill` in, with a spool of its own. */
export class Workspace {
  readonly directory: string;
  readonly spool: string;
  settings: NodeJS.ProcessEnv;

  private constructor(directory: string, settings: NodeJS.ProcessEnv) {
    this.directory = directory;
    this.spool = join(directory, ".spool");
    this.settings = { WAYBILL_SPOOL_DIR: this.spool, ...settings };
  }

  static async create(settings: NodeJS.ProcessEnv = {}): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), "waybill-e2e-")), settings);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  async write(name: string, content: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), content);
  }

  async removeFile(name: string): Promise<void> {
    await rm(this.path(name));
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), "utf8");
  }

  /** The names in a directory; none where there is no directory. */
  async list(name = "."): Promise<string[]> {
    return (await readdir(this.path(name)).catch(() => [])).sort();
  }

  /** Brings in a folder of `examples/`. */
  async copyExample(name: string): Promise<void> {
    await cp(join(repository, "examples", name), this.directory, { recursive: true });
  }

  /** The environment of what is run here. */
  environment(settings: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return isolatedEnvironment(inject("home"), { ...this.settings, ...settings });
  }

  /** @param interrupt aborted, it is Ctrl-C for the command */
  run(
    command: string,
    args: readonly string[],
    settings: NodeJS.ProcessEnv = {},
    interrupt?: AbortSignal,
  ): Promise<RunResult> {
    const options = { cwd: this.directory, env: this.environment(settings), timeoutMs: commandTimeoutMs };
    return run(command, args, interrupt ? { ...options, signal: interrupt } : options);
  }

  packer(args: readonly string[], settings?: NodeJS.ProcessEnv, interrupt?: AbortSignal): Promise<RunResult> {
    return this.run(inject("packer"), args, settings, interrupt);
  }

  waybill(args: readonly string[], settings?: NodeJS.ProcessEnv): Promise<RunResult> {
    return this.run("waybill", args, settings);
  }
}
