import type { z } from "@hono/zod-openapi";
import { Problem, type ProblemCode, problemCodes } from "./problem.ts";
import { ProblemSchema } from "./schema.ts";

/** The response entry of a route contract for a JSON answer, with the example that the API document shows. */
export function json<T extends z.ZodType>(schema: T, description: string, example: unknown) {
  return { description, content: { "application/json": { schema, example } } };
}

/** The request body entry of a route contract. */
export function jsonBody<T extends z.ZodType>(schema: T, example: unknown) {
  return { required: true, content: { "application/json": { schema, example } } };
}

type StatusOf<C extends ProblemCode> = (typeof problemCodes)[C][0];
type ProblemResponse = {
  description: string;
  content: { "application/problem+json": { schema: typeof ProblemSchema; example: unknown } };
};

/**
 * The error responses of a route contract: one entry per status, naming every code that comes with it.
 *
 * @example
 * responses: { 200: json(...), ...problems("invalid_request", "artifact_not_found") }
 */
export function problems<C extends ProblemCode>(...codes: C[]): { [S in StatusOf<C>]: ProblemResponse } {
  const responses: Record<number, ProblemResponse> = {};
  for (const code of codes) {
    const [status, title] = problemCodes[code];
    const entry = responses[status];
    if (entry) {
      entry.description += `; \`${code}\`: ${title}`;
      continue;
    }
    const example = new Problem(code, `${title}.`).toBody();
    responses[status] = {
      description: `\`${code}\`: ${title}`,
      content: { "application/problem+json": { schema: ProblemSchema, example } },
    };
  }
  return responses as { [S in StatusOf<C>]: ProblemResponse };
}

/** What any route may answer. */
export const commonProblems = problems(
  "invalid_request",
  "unauthorized",
  "forbidden",
  "too_many_requests",
  "headers_too_large",
  "request_timeout",
  "internal",
  "unavailable",
);
/** What any route that takes a body may answer. */
export const bodyProblems = problems("body_too_large", "unsupported_media_type");
