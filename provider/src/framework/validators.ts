import { type Diagnostics, formatPath } from "./diagnostics.ts";
import { type Attributes, isReadOnly, members } from "./schema.ts";
import { isRecord, type Path, Unknown, type Value } from "./values/values.ts";

/** Looks at one value; a sentence says what is wrong with it and what is accepted. */
export type Validator = (value: Value) => string | undefined;

/** Accepts some texts only. */
export function oneOf(...accepted: readonly string[]): Validator {
  return function isOneOf(value) {
    if (accepted.some((text) => text === value)) return undefined;
    return `must be one of ${accepted.map((text) => JSON.stringify(text)).join(", ")}, not ${JSON.stringify(value)}`;
  };
}

/** Refuses the empty text, which is a variable that was left empty rather than a choice. */
export function notEmpty(value: Value): string | undefined {
  return value === "" ? "must not be empty; leave it out, or set it to null, to choose nothing" : undefined;
}

/** Refuses a list, a set or a map without members; `what` is one of them. */
export function atLeastOne(what: string): Validator {
  return function hasOne(value) {
    return Object.keys(value ?? {}).length > 0 ? undefined : `must have at least one ${what}`;
  };
}

/** Accepts whole numbers of a range, both ends included. */
export function wholeNumber(least: number, most: number): Validator {
  return function isWholeNumber(value) {
    const number = Number(value);
    if (Number.isInteger(number) && number >= least && number <= most) return undefined;
    return `must be a whole number between ${least} and ${most}`;
  };
}

/** Checks each member of a list, a set or a map, none of which may be null. */
export function each(validate: Validator): Validator {
  return function isEach(value) {
    if (!Array.isArray(value) && !isRecord(value)) return undefined;
    const known = Object.values(value).filter((member) => !(member instanceof Unknown));
    const wrong = known.map((member) => (member === null ? "must have no null in it" : validate(member)));
    return wrong.find((sentence) => sentence !== undefined);
  };
}

/** Refuses null as a member of a list, a set or a map. */
export const noNulls = each(() => undefined);

/** Accepts texts that a pattern matches; `what` says which those are, as in "must be an address such as a@b.example". */
export function matching(pattern: RegExp, what: string): Validator {
  return function isMatching(value) {
    return pattern.test(String(value)) ? undefined : `must be ${what}, not ${JSON.stringify(value)}`;
  };
}

/** Accepts texts of so many characters, and lists, sets and maps of so many members, both ends included. */
export function sized(least: number, most: number): Validator {
  return function isSized(value) {
    const isText = typeof value === "string";
    const size = isText ? [...value].length : Object.keys(value ?? {}).length;
    if (size >= least && size <= most) return undefined;
    return `must have between ${least} and ${most} ${isText ? "characters" : "members"}, and has ${size}`;
  };
}

type Written = { readonly [name: string]: unknown };

/** Reports when more than one of some attributes is set. What is unknown may still turn out to be null. */
export function atMostOneOf(names: readonly string[], config: Written, diagnostics: Diagnostics): void {
  const set = names.filter((name) => config[name] !== null && !(config[name] instanceof Unknown));
  if (set.length < 2) return;
  const last = set.at(-1) as string;
  diagnostics.error(
    "Arguments exclude each other",
    `Only one of ${names.join(", ")} can be set, but here are ${set.join(" and ")}. Remove all but one.`,
    [last],
  );
}

/** Reports when none of some attributes is set. */
export function atLeastOneOf(names: readonly string[], config: Written, diagnostics: Diagnostics): void {
  if (names.some((name) => config[name] !== null)) return;
  diagnostics.error("Argument is missing", `Set one of ${names.join(", ")}.`);
}

/** Reports when some of some attributes are set and others are not. */
export function allOrNoneOf(names: readonly string[], config: Written, diagnostics: Diagnostics): void {
  const missing = names.filter((name) => config[name] === null);
  const set = names.filter((name) => config[name] !== null && !(config[name] instanceof Unknown));
  if (set.length === 0 || missing.length === 0) return;
  diagnostics.error(
    "Arguments belong together",
    `With ${set.join(" and ")}, ${missing.join(" and ")} must be set too.`,
    set.slice(0, 1),
  );
}

/**
 * Runs the validators of a schema on all values that are set and known, and refuses what is not for the user to set,
 * known or not: Terraform itself lets it pass. `decidedBy` says whose it is.
 */
export function validateAttributes(
  attributes: Attributes,
  value: Value,
  diagnostics: Diagnostics,
  decidedBy = "the provider",
  path: Path = [],
): void {
  if (!isRecord(value)) return;
  for (const [name, attribute] of Object.entries(attributes)) {
    const { validators = [], nested } = attribute;
    const given = value[name] ?? null;
    if (given === null) continue;
    const here = [...path, name];
    if (isReadOnly(attribute)) {
      diagnostics.error("Attribute is read-only", readOnlyDetail(attributes, decidedBy, here), here);
      continue;
    }
    if (given instanceof Unknown) continue;
    // The first that finds a fault: later ones may take for granted what it looked at.
    const wrong = [...validators, ...(nested && nested.mode !== "single" ? [noNulls] : [])]
      .map((validate) => validate(given))
      .find((sentence) => sentence !== undefined);
    // Terraform shows the line of an argument, and of what is within one only that of the block.
    const shown = formatPath(here);
    if (wrong !== undefined) diagnostics.error(`Invalid ${shown}`, `${shown} ${wrong}.`, here);
    for (const [step, inner] of nested ? members(nested, given) : []) {
      validateAttributes(nested?.attributes ?? {}, inner, diagnostics, decidedBy, [...here, ...step]);
    }
  }
}

function readOnlyDetail(attributes: Attributes, decidedBy: string, path: Path): string {
  const accepted = Object.keys(attributes).filter((name) => !isReadOnly(attributes[name]));
  const refusal = `${formatPath(path)} is decided by ${decidedBy} and cannot be set; remove it.`;
  return accepted.length === 0 ? refusal : `${refusal} Arguments that can be set: ${accepted.join(", ")}.`;
}
