/**
 * Version constraints in Terraform's grammar, turned into ranges of sort keys, so that an index finds the highest
 * match without looking at any other version.
 *
 * The rules are those of hashicorp/go-version:
 * - `~> 1.2` lets the last number written grow: at least 1.2.0, below 2. `~> 1` therefore has no upper end.
 * - `=` and `!=` look at the version alone. With every other operator a pre-release matches only when the constraint
 *   names a pre-release of the same three numbers; `~>` with a pre-release matches pre-releases only.
 * - Several constraints, by comma, must all hold.
 *
 * Releases and pre-releases follow different rules, so a constraint becomes up to two scans, one over each.
 */
import { baseKey, sortKey } from "./semver.ts";

/** A range of sort keys, `from` included and `to` not, of either releases or pre-releases, with some keys left out. */
export type Scan = { prerelease: boolean; from: string; to: string; except: string[] };

type Term = { operator: string; key: string; base: string; prefix: string; prerelease: boolean };

/** How many parts a constraint may have, and so how many keys a scan may leave out. */
export const mostTerms = 16;
const accepted = 'write it as in Terraform: "~> 1.4" or ">= 1.2.0, < 2.0.0" (operators = != > >= < <= ~>)';
// The spaces are Go's: a no-break space that somebody pasted would be refused by Terraform, too.
const termPattern =
  /^[\t\n\f\r ]*(=|!=|>=|>|<=|<|~>)?[\t\n\f\r ]*v?(\d{1,90}(?:\.\d{1,90}){0,2})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?[\t\n\f\r ]*$/;

/** What is wrong with a constraint, as the end of a sentence about it; nothing when it is right. */
export function checkConstraint(text: string): string | undefined {
  try {
    parseTerms(text);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/**
 * The scans that find every version a constraint allows; the highest match is the highest key of all of them.
 *
 * @param text a constraint, such as `>= 1.2.0, < 2.0.0`
 * @throws RangeError when it does not follow the grammar
 */
export function compileConstraint(text: string): Scan[] {
  const terms = parseTerms(text);
  const scans: Scan[] = [];
  for (const prerelease of [false, true]) {
    const scan: Scan = { prerelease, from: "", to: aboveAll, except: [] };
    const possible = terms.every((term) => (prerelease ? limitPrereleases : limitReleases)(scan, term));
    if (possible && scan.from < scan.to) scans.push(scan);
  }
  return scans;
}

function parseTerms(text: string): Term[] {
  const parts = text.split(",");
  if (parts.length > mostTerms) throw new RangeError(`must have at most ${mostTerms} parts`);
  return parts.map(parseTerm);
}

function parseTerm(part: string): Term {
  const match = termPattern.exec(part);
  if (!match) throw new RangeError(`has a part that is not a constraint: "${part.trim()}"; ${accepted}`);
  const [, operator = "=", numbers = "", pre] = match;
  const given = numbers.split(".").map(withoutLeadingZeros);
  const segments = [...given, "0", "0"].slice(0, 3);
  const prerelease = pre === undefined ? [] : pre.split(".").map(withoutLeadingZeros);
  return {
    operator,
    key: sortKey({ segments, prerelease }),
    base: baseKey(segments),
    prefix: baseKey(given.slice(0, -1)),
    prerelease: prerelease.length > 0,
  };
}

function withoutLeadingZeros(part: string): string {
  return /^\d+$/.test(part) ? part.replace(/^0+(?=\d)/, "") : part;
}

/** Narrows a scan over releases; false when no release can match. */
function limitReleases(scan: Scan, term: Term): boolean {
  if (term.operator !== "~>") return limitByOrder(scan, term);
  if (term.prerelease) return false;
  // Every key that begins with the prefix goes on with a digit, which is below a colon.
  return narrow(scan, term.key, term.prefix === "" ? aboveAll : `${term.prefix}:`);
}

/** Narrows a scan over pre-releases; false when no pre-release can match. */
function limitPrereleases(scan: Scan, term: Term): boolean {
  if (term.operator === "=" || term.operator === "!=") return limitByOrder(scan, term);
  if (!term.prerelease) return false;
  narrow(scan, `${term.base}0`, `${term.base}1`);
  return limitByOrder(scan, term.operator === "~>" ? { ...term, operator: ">=" } : term);
}

function limitByOrder(scan: Scan, { operator, key }: Term): boolean {
  switch (operator) {
    case "!=":
      scan.except.push(key);
      return true;
    case ">":
      return narrow(scan, justAbove(key), aboveAll);
    case ">=":
      return narrow(scan, key, aboveAll);
    case "<":
      return narrow(scan, "", key);
    case "<=":
      return narrow(scan, "", justAbove(key));
    default:
      return narrow(scan, key, justAbove(key));
  }
}

/** Above every sort key: they consist of letters, digits, hyphens and exclamation marks. */
const aboveAll = "~";

/** Above a key and below every higher one: no key is the beginning of another. */
function justAbove(key: string): string {
  return `${key} `;
}

function narrow(scan: Scan, from: string, to: string): true {
  if (from > scan.from) scan.from = from;
  if (to < scan.to) scan.to = to;
  return true;
}
