import { hash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { Maybe } from "../maybe.ts";
import { Content } from "./content.ts";
import { EventStream, type StreamNeeds } from "./event-stream.ts";
import { JsonLines } from "./json-lines.ts";
import { Problem } from "./problem.ts";
import { isNamed, Streamed, toStreamedResponse } from "./streaming.ts";

/** Less than any client is told to wait, and enough for thousands who do not heed that. */
const refusalMs = 1_000;

type Answer = { status: number; body?: unknown; revision?: number };
type AnswerHeaders = Record<string, string>;
type Sending = StreamNeeds & { headers: AnswerHeaders; hasEtag: boolean };

/** What every answer carries. Browsers must not guess types, run anything, or show it as part of somebody's page. */
export function answerHeaders(requestId: string): AnswerHeaders {
  return {
    "X-Request-Id": requestId,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
  };
}

/** A success with its body; on routes that say so with an ETag, and 304 when the client has it already. */
export function toResponse(c: Context, answer: Answer, sending: Sending): Maybe<Response> {
  const { headers, hasEtag } = sending;
  const { status, body, revision } = answer;
  if (body === undefined) return new Response(null, { status, headers });
  if (body instanceof Streamed) return toStreamedResponse(c, body, headers);
  if (body instanceof EventStream) {
    // Nobody would read or cancel what a HEAD request does not get.
    const stream = c.req.method === "HEAD" ? null : body.toStream(sending);
    return new Response(stream, { status, headers: { ...headers, ...EventStream.headers } });
  }
  if (body instanceof JsonLines) {
    return new Response(body.toStream(), { status, headers: { ...headers, ...JsonLines.headers } });
  }
  const isTagged = hasEtag || revision !== undefined;
  const { content, digest } = isTagged ? writeOnce(body as object) : { content: write(body), digest: "" };
  // What `If-Match` compares goes first; the digest is for `If-None-Match`, as an answer also changes with time.
  const etag = revision === undefined ? `"${digest}"` : `"${revision}.${digest}"`;
  if (isTagged) headers.ETag = etag;
  if (hasEtag) {
    // A client may keep the answer, and must ask each time whether it still holds.
    headers["Cache-Control"] = "private, no-cache";
    if (isNamed(etag, c.req.header("if-none-match"))) return new Response(null, { status: 304, headers });
  }
  if (body instanceof Content)
    return new Response(content, { status, headers: { ...headers, ...body.headers } });
  headers["Content-Type"] = "application/json";
  return new Response(content, { status, headers });
}

type Written = { content: string | Uint8Array<ArrayBuffer>; digest: string };
const written = new WeakMap<object, Written>();

/** An answer as it is sent, with its digest; an object that a service keeps and gives again is not written again. */
function writeOnce(body: object): Written {
  const earlier = written.get(body);
  if (earlier) return earlier;
  const content = write(body);
  const digest = body instanceof Content ? body.sha256 : hash("sha256", content, "base64url").slice(0, 27);
  const now = { content, digest };
  written.set(body, now);
  return now;
}

function write(body: unknown): Written["content"] {
  return body instanceof Content ? new Uint8Array(body.bytes) : JSON.stringify(body);
}

export type ProblemNeeds = { log: Logger; isUnavailable(error: unknown): boolean };

/** The one place where errors become answers. */
export function toProblemResponse(
  error: unknown,
  headers: AnswerHeaders,
  { log, isUnavailable }: ProblemNeeds,
): Response {
  const problem = toProblem(error, isUnavailable, headers["X-Request-Id"]);
  const { retry_after: retryAfter } = problem.extras;
  // What is refused for being too much is counted, and told once in a while; here it would only add to it.
  if (problem.status >= 500 && retryAfter === undefined) {
    log.error({ requestId: headers["X-Request-Id"], err: error }, problem.message);
  }
  headers["Content-Type"] = "application/problem+json";
  if (problem.code === "unauthorized") headers["WWW-Authenticate"] = 'Bearer realm="waybill"';
  if (problem.code === "unavailable" || retryAfter !== undefined) {
    headers["Retry-After"] = String(retryAfter ?? 1);
  }
  if (problem.code === "range_not_satisfiable") headers["Content-Range"] = `bytes */${problem.extras.size}`;
  if (problem.code === "method_not_allowed") headers.Allow = String(problem.extras.allow);
  return new Response(JSON.stringify(problem.toBody()), { status: problem.status, headers });
}

/**
 * Gives the answer to what is refused for being too much a moment later: those who come again at once would leave no
 * time for others to be let in, as each turn of the event loop takes in one new connection after all who are connected.
 */
export function holdRefusal(error: unknown, response: Response): Maybe<Response> {
  const isTooMuch = error instanceof Problem && error.extras.retry_after !== undefined;
  return isTooMuch ? delay(refusalMs, response) : response;
}

/** What SQLite, PostgreSQL and the system say of a full disk, or of a quota of the system. */
const fullDisk = new Set(["SQLITE_FULL", "53100", "ENOSPC", "EDQUOT"]);

function toProblem(error: unknown, isUnavailable: (error: unknown) => boolean, requestId = ""): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return new Problem(
      "unavailable",
      fullDisk.has(code)
        ? "The disk of the database is full. Nothing was stored; it can be when the operator has made room."
        : "The database does not answer now, so it is not certain that anything was stored. Try again in a moment.",
    );
  }
  return new Problem(
    "internal",
    `The server failed in a way it should not. Its log has more under the request id ${requestId}.`,
  );
}
