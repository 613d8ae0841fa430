import { hash } from "node:crypto";
import type { Context } from "hono";
import type { Logger } from "pino";
import { Problem } from "./problem.ts";

/** A success with its body; on routes that say so with an ETag, and 304 when the client has it already. */
export function toResponse(
  c: Context,
  answer: { status: number; body?: unknown },
  requestId: string,
  hasEtag: boolean,
): Response {
  const headers: Record<string, string> = { "X-Request-Id": requestId };
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  const { text, etag } = hasEtag
    ? writeOnce(answer.body as object)
    : { text: JSON.stringify(answer.body), etag: "" };
  if (hasEtag) {
    headers.ETag = etag;
    // A client may keep the answer, and must ask each time whether it still holds.
    headers["Cache-Control"] = "private, no-cache";
    if (isNamed(etag, c.req.header("if-none-match"))) return new Response(null, { status: 304, headers });
  }
  headers["Content-Type"] = "application/json";
  return new Response(text, { status: answer.status, headers });
}

type Written = { text: string; etag: string };
const written = new WeakMap<object, Written>();

/** An answer as text, with its ETag; an object that a service keeps and gives again is not written again. */
function writeOnce(body: object): Written {
  const earlier = written.get(body);
  if (earlier) return earlier;
  const text = JSON.stringify(body);
  const now = { text, etag: `"${hash("sha256", text, "base64url").slice(0, 27)}"` };
  written.set(body, now);
  return now;
}

function isNamed(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .some((given) => given.trim() === "*" || given.trim().replace(/^W\//, "") === etag);
}

export type ProblemNeeds = { log: Logger; isUnavailable(error: unknown): boolean };

/** The one place where errors become answers. */
export function toProblemResponse(
  error: unknown,
  requestId: string,
  { log, isUnavailable }: ProblemNeeds,
): Response {
  const problem = toProblem(error, isUnavailable);
  if (problem.status >= 500) log.error({ requestId, err: error }, problem.message);
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "X-Request-Id": requestId,
  };
  if (problem.code === "unauthorized") headers["WWW-Authenticate"] = 'Bearer realm="waybill"';
  if (problem.code === "unavailable") headers["Retry-After"] = "1";
  if (problem.code === "method_not_allowed") headers.Allow = String(problem.extras.allow);
  return new Response(JSON.stringify(problem.toBody()), { status: problem.status, headers });
}

function toProblem(error: unknown, isUnavailable: (error: unknown) => boolean): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    return new Problem(
      "unavailable",
      "The database does not answer now. Nothing was stored; try again in a moment.",
    );
  }
  return new Problem(
    "internal",
    "The server failed in a way it should not. Its log has more under this request id.",
  );
}
