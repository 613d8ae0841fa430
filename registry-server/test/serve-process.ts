import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { endsWithParent } from "../../tools/registry-process.ts";

const main = JSON.stringify(new URL("../src/main.ts", import.meta.url));
const program = `import { serve } from ${main}; process.exitCode = await serve(process.argv.slice(1));`;

/** `waybill serve` in a process of its own. */
export class ServeProcess {
  readonly child: ChildProcess;
  readonly stderr: Promise<string>;
  stdout = "";
  url = "";

  constructor(args: string[], env: Record<string, string>) {
    this.child = spawn(process.execPath, ["--input-type=module", "--eval", program, "--", ...args], {
      env: { PATH: process.env.PATH, ...endsWithParent, ...env },
    });
    this.stderr = this.child.stderr ? text(this.child.stderr) : Promise.resolve("");
  }

  /** Resolves when it has said what it says at start, which it does in one piece. */
  async started(): Promise<this> {
    const { stdout } = this.child;
    if (!stdout) throw new Error("it has no stdout");
    const [chunk] = await Promise.race([once(stdout, "data"), once(this.child, "exit").then(() => [""])]);
    stdout.on("data", (more) => {
      this.stdout += more;
    });
    this.stdout += chunk;
    this.url = /listens on (http:\S+)/.exec(this.stdout)?.[1] ?? "";
    if (this.url === "") throw new Error(`it did not start: ${await this.stderr}`);
    return this;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exit = once(this.child, "exit");
    this.child.kill(signal);
    return (await exit)[0];
  }
}
