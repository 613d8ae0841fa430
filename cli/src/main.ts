import { type Command, CommanderError } from "commander";
import { ExitCode, exitCode, failureOf, UsageError } from "./failures.ts";
import { Output } from "./output.ts";
import { buildProgram } from "./program.ts";

/**
 * Runs one `waybill` command.
 *
 * @param argv what the user wrote after `waybill`
 * @returns the exit code: 0 done, 1 there is none, 2 usage, 3 registry not reachable, 4 refused; of `run` that of Packer
 */
export async function main(argv: string[]): Promise<number> {
  const words = asCommand(argv);
  // What comes after `--` is for another program.
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const output = new Output(own.includes("--json"));
  watchStreams(output);
  // The server has flags of its own, which the options that all other commands share would swallow.
  if (words[0] === "serve") {
    const { serve } = await import("./commands/serve.ts");
    return serve(words.slice(1));
  }
  if (words[0] === "__complete") {
    const { complete } = await import("./completing/complete.ts");
    for (const line of await complete(words.slice(1), process.env)) process.stdout.write(`${line}\n`);
    return 0;
  }
  const program = buildProgram(output);
  try {
    await program.parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof ExitCode) return error.code;
    const failure = failureOf(
      error instanceof CommanderError ? usageError(error, chosenOf(program, words)) : error,
    );
    output.failure(failure);
    return exitCode[failure.means];
  }
}

/** Other ways to say the same, taken before the options of `resolve` (`--version 7`) come into it. */
function asCommand([first, ...rest]: string[]): string[] {
  if (first === "help") return [...rest, "--help"];
  if (first === "--version" || first === "-V") return ["version", ...rest];
  return first === undefined ? ["--help"] : [first, ...rest];
}

/** What other programs have, and this one does not need. */
const LOGIN = /^unknown command '(login|logout|auth|whoami)'/;

function usageError({ code, message }: CommanderError, command: Command): UsageError {
  // A group without a command has shown its help already.
  if (code === "commander.help") return new UsageError("a command is missing");
  const said = message.replace(/^error: /, "").replace(/\n/g, " ");
  const login = LOGIN.exec(said)?.[0];
  if (login) {
    const hint =
      "set WAYBILL_ADDRESS and WAYBILL_TOKEN, and see whether they are right: waybill doctor --client";
    return new UsageError(`${login}; ${hint}`);
  }
  const name = [command.parent?.parent?.name(), command.parent?.name(), command.name()]
    .filter(Boolean)
    .join(" ");
  const hint = command.commands.length > 0 ? `for help: ${name} --help` : `usage: ${name} ${command.usage()}`;
  return new UsageError(said.endsWith(".") ? `${said} (${hint})` : `${said}; ${hint}`);
}

function chosenOf(program: Command, words: string[]): Command {
  return words.reduce(
    (chosen, word) => chosen.commands.find((one) => one.name() === word) ?? chosen,
    program,
  );
}

/** Ends with 4 when something could not be written; Node would end with 1. */
function watchStreams(output: Output): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `waybill versions list web | head -1` is no failure of ours.
    if (error.code === "EPIPE") process.exit(0);
    output.failure({
      means: "refused",
      message: `stdout cannot be written: ${error.message}`,
      code: "failed",
    });
    process.exit(exitCode.refused);
  });
  let unsaid = false;
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    // What is being done goes on: a note that nobody gets is no reason to leave it half done.
    if (error.code !== "EPIPE") unsaid = true;
  });
  process.once("exit", () => {
    if (unsaid) process.exitCode = exitCode.refused;
  });
}
