import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Whether this machine has util-linux's `script`, which lends a command a terminal. */
export async function hasTerminals(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const paths = (process.env.PATH ?? "").split(delimiter).map((directory) => join(directory, "script"));
  const found = await Promise.allSettled(paths.map((path) => access(path, constants.X_OK)));
  return found.some(({ status }) => status === "fulfilled");
}

/** A command on a terminal of its own, as somebody has it who types there. */
export class Terminal {
  /** All that was shown so far. */
  shown = "";
  readonly ended: Promise<number | null>;
  readonly #script: ReturnType<typeof spawn>;

  /** @param words without quotes, spaces and whatever else means something to a shell */
  constructor(words: string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    // Without a shell in between, which Ctrl-C would end as well.
    const command = `exec ${words.join(" ")}`;
    const args = ["--quiet", "--return", "--command", command, "/dev/null"];
    this.#script = spawn("script", args, { ...options, stdio: ["pipe", "pipe", "inherit"] });
    this.#script.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.shown += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#script.on("error", reject).on("close", resolve);
    });
  }

  /** Takes the terminal away, which ends what still runs on it. */
  close(): void {
    this.#script.kill("SIGHUP");
  }

  type(keys: string): void {
    this.#script.stdin?.write(keys);
  }
}
