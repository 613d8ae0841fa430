import type { Command, Option } from "commander";

/** Where the cursor is in a command line. */
export type Place = {
  /** The command that the words before the cursor have chosen. */
  command: Command;
  /** The beginning of what is to be completed. */
  current: string;
  /** What stands before that in the same word: `--scope=` of `--scope=pub`. */
  prefix: string;
  /** The arguments before the cursor. */
  given: string[];
  /** The values of options before the cursor, by their long names. */
  options: Record<string, string>;
  /** What is expected here: an option's value or an argument. Without it, a command or an option is. */
  value?: { placeholder: string; choices?: readonly string[] | undefined };
};

/**
 * Finds out what stands at the end of a command line, by the same definitions that parse it.
 *
 * @param fillIn makes the options and commands of a command known, before they are looked at
 */
export async function placeOf(
  program: Command,
  words: string[],
  fillIn: (command: Command) => Promise<void>,
): Promise<Place> {
  const place: Place = { command: program, current: words.at(-1) ?? "", prefix: "", given: [], options: {} };
  let open: Option | undefined;
  let onlyArguments = false;
  for (const word of words.slice(0, -1)) {
    // bash makes three words of --scope=publish.
    if (open && word === "=") continue;
    if (open) {
      place.options[open.long ?? ""] = word;
      open = undefined;
    } else if (word === "--") {
      onlyArguments = true;
    } else if (!onlyArguments && word.startsWith("-")) {
      const [name = "", value] = split(word);
      const option = find(place.command, program, name);
      if (value !== undefined) place.options[name] = value;
      else if (option && takesValue(option)) open = option;
    } else if (place.command.commands.length > 0) {
      const next = place.command.commands.find((each) => each.name() === word);
      if (!next) return { ...place, value: { placeholder: "" } };
      if (place.command === program) await fillIn(next);
      place.command = next;
    } else place.given.push(word);
  }
  return atTheCursor(place, program, open, onlyArguments);
}

function atTheCursor(
  place: Place,
  program: Command,
  open: Option | undefined,
  onlyArguments: boolean,
): Place {
  const { command, current, given } = place;
  if (open) return { ...place, current: current === "=" ? "" : current, value: expectedBy(open) };
  const [name = "", value] = split(current);
  if (!onlyArguments && current.startsWith("-")) {
    const option = value === undefined ? undefined : find(command, program, name);
    if (value === undefined || !option) return place;
    return { ...place, current: value, prefix: `${name}=`, value: expectedBy(option) };
  }
  if (command.commands.length > 0) return place;
  const argument = command.registeredArguments[given.length];
  return {
    ...place,
    value: { placeholder: argument?.name() ?? "", choices: argument?.argChoices },
  };
}

function find(command: Command, program: Command, name: string): Option | undefined {
  return [...command.options, ...program.options].find(({ long, short }) => name === long || name === short);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function expectedBy({ flags, argChoices }: Option): {
  placeholder: string;
  choices: readonly string[] | undefined;
} {
  return { placeholder: /<([^>]+)>/.exec(flags)?.[1] ?? "", choices: argChoices };
}

function split(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
