import type { z } from "zod";
import { Problem, type ProblemPlace } from "./problem.ts";

type Issue = z.core.$ZodIssue;

const mostPlaces = 20;

/**
 * Turns what zod found into one `invalid_request` problem whose sentence names the first wrong place.
 *
 * @param root what the paths are in, such as `query` or `path`; nothing for a body
 */
export function invalidRequest(issues: readonly Issue[], root = ""): Problem {
  const errors = issues.flatMap((issue) => placesOf(issue, root)).slice(0, mostPlaces);
  const [first] = errors;
  const detail = first === undefined ? "The request is not valid." : sentence(first, errors.length);
  return new Problem("invalid_request", detail, { errors });
}

function sentence(place: ProblemPlace, count: number): string {
  const more = count > 1 ? ` (and ${count - 1} more, see errors)` : "";
  return `${place.path === "" ? "The body" : `"${place.path}"`} ${place.message}${more}.`;
}

function placesOf(issue: Issue, root: string): ProblemPlace[] {
  const path = issue.path.reduce<string>(joinPath, root);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: joinPath(path, key), message: "is not a known field" }));
  }
  if (issue.code === "invalid_key") {
    return issue.issues.map((inner) => ({ path, message: inner.message }));
  }
  if (issue.code === "invalid_type") {
    return [{ path, message: wrongType(issue) }];
  }
  if (issue.code === "invalid_value") {
    return [
      { path, message: `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}` },
    ];
  }
  return [{ path, message: issue.message }];
}

function joinPath(path: string, step: PropertyKey): string {
  if (typeof step === "number") return `${path}[${step}]`;
  return path === "" ? String(step) : `${path}.${String(step)}`;
}

const typeNames: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object of texts",
  array: "a list",
};

function wrongType(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.input === undefined && issue.message.endsWith("undefined")) return "is missing";
  if (issue.expected === "string" && issue.message.endsWith("array")) return "must be given once, as a text";
  return `must be ${typeNames[issue.expected] ?? issue.expected}`;
}
