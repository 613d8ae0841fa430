import type { Command, Option } from "commander";
import { Output } from "../output.ts";
import { buildProgram, fillIn } from "../program.ts";
import { placeOf } from "./place.ts";
import { serverFlags } from "./server-flags.ts";
import { candidatesFor } from "./values.ts";

/** What may stand at a place, and what it means. */
export type Candidate = { value: string; meaning?: string };

/** Says to the shell that a file belongs here, which it completes best itself. */
const FILES = ":files";

/**
 * Completes a command line for the scripts in `completion/`.
 *
 * @param words what stands after `waybill`, up to the cursor; the last is the one to complete and may be empty
 * @returns lines of `value<tab>meaning` that go on where the last word ends, or `:files`; none when nothing is known
 */
export async function complete(words: string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const program = buildProgram(new Output(false));
  const place = await placeOf(program, words[0] === "help" ? words.slice(1) : words, (command) =>
    fillIn(command, new Output(false)),
  );
  const { command, current, prefix } = place;
  if (command.name() === "serve") return lines(await serverFlags(), current, prefix);
  if ("value" in place) {
    const { choices, placeholder } = place.value;
    if (choices)
      return lines(
        choices.map((value) => ({ value })),
        current,
        prefix,
      );
    if (/^(file|path|dir|json)$/.test(placeholder)) return [FILES];
    return lines(await candidatesFor(placeholder, place, env), current, prefix);
  }
  const isOption = current.startsWith("-");
  return lines(isOption ? optionsOf(command, program) : commandsOf(command), current, prefix);
}

function commandsOf(command: Command): Candidate[] {
  return command.commands.map((each) => ({ value: each.name(), meaning: each.description() }));
}

function optionsOf(command: Command, program: Command): Candidate[] {
  const own = new Set(command.options.map(({ long }) => long));
  const shared = command === program ? [] : program.options.filter(({ long }) => !own.has(long));
  const all: Candidate[] = [...command.options, ...shared].flatMap(candidateOf);
  return [...all, { value: "--help", meaning: "show help" }];
}

function candidateOf({ long, description }: Option): Candidate[] {
  return long ? [{ value: long, meaning: description }] : [];
}

function lines(candidates: Candidate[], current: string, prefix: string): string[] {
  return candidates
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, meaning = "" }) => `${prefix}${value}\t${meaning.replace(/\p{Cc}+/gu, " ")}`);
}
