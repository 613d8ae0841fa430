/**
 * Binds a route contract to what answers it. Each route is one handler without middleware: authenticate, parse, do,
 * answer, log. That keeps the order in sight, and a chain of middleware out of the hot path.
 */
import { hash, randomUUID } from "node:crypto";
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Logger } from "pino";
import { andThen, type Maybe } from "../maybe.ts";
import type { Caller } from "../unit.ts";
import { checkText, readJsonBody } from "./body.ts";
import { Problem } from "./problem.ts";
import { invalidRequest } from "./validation.ts";

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type RequestOf<R extends RouteConfig> = NonNullable<R["request"]>;
type BodyOf<R extends RouteConfig> =
  RequestOf<R> extends {
    body: { content: { "application/json": { schema: infer S } } };
  }
    ? Output<S>
    : undefined;

/** What a handler gets: the parts of the request, parsed. */
export type Input<R extends RouteConfig> = {
  params: RequestOf<R> extends { params: infer S } ? Output<S> : undefined;
  query: RequestOf<R> extends { query: infer S } ? Output<S> : undefined;
  headers: RequestOf<R> extends { headers: infer S } ? Output<S> : undefined;
  body: BodyOf<R>;
  caller: Caller;
};

type Success = 200 | 201 | 204;
type AnswerBody<T> = T extends { content: { "application/json": { schema: infer S } } }
  ? Output<S>
  : undefined;

/** What a handler gives: one of the contract's successes with its body. */
export type Answer<R extends RouteConfig> = {
  [S in keyof R["responses"] & Success]: AnswerBody<R["responses"][S]> extends undefined
    ? { status: S }
    : { status: S; body: AnswerBody<R["responses"][S]> };
}[keyof R["responses"] & Success];

export type Handler<R extends RouteConfig> = (input: Input<R>) => Maybe<Answer<R>>;

/** Adds a route to the application. */
export type Register = <R extends RouteConfig>(contract: R, handler: Handler<R>) => void;

export type RouteNeeds = {
  log: Logger;
  /** The name of who sends a request; fails when that is nobody. */
  authenticate(authorization: string | undefined): Maybe<string>;
  isUnavailable(error: unknown): boolean;
};

/** Makes the function that adds routes to an application. */
export function registerOn(app: Hono, needs: RouteNeeds): Register {
  return function register(contract, handler) {
    const parse = compileParser(contract);
    const isPublic = contract.security?.length === 0;
    const hasEtag = 304 in contract.responses;
    const isRead = contract.method === "get" || contract.operationId === "resolveMany";
    const path = contract.path.replaceAll(/\{(\w+)\}/g, ":$1");

    /** Not an async function: what SQLite answers at once is answered at once. */
    function answerRequest(c: Context, requestId: string): Maybe<Response> {
      const caller = isPublic ? "anybody" : needs.authenticate(c.req.header("authorization"));
      return andThen(caller, (name) =>
        andThen(parse(c, { name, requestId }), (input) =>
          andThen(handler(input), (answer) => toResponse(c, answer, requestId, hasEtag)),
        ),
      );
    }

    app.on(contract.method.toUpperCase(), path, function serveRoute(c) {
      const startedAt = performance.now();
      const requestId = randomUUID();
      const finish = (response: Response): Response => {
        logAccess(needs.log, c, isRead, response.status, requestId, startedAt);
        return response;
      };
      const fail = (error: unknown): Response => finish(toProblemResponse(error, requestId, needs));
      try {
        const response = answerRequest(c, requestId);
        return response instanceof Promise ? response.then(finish, fail) : finish(response);
      } catch (error) {
        return fail(error);
      }
    });
  };
}

type Parts = { params?: unknown; query?: unknown };

/** URLs whose parsed parts are kept, and how long such a URL may be: clients ask for the same few again and again. */
const mostUrls = 2_000;
const longestUrl = 500;

function compileParser<R extends RouteConfig>(contract: R): (c: Context, caller: Caller) => Maybe<Input<R>> {
  const { params, query, headers, body } = (contract.request ?? {}) as Record<string, z.ZodType | undefined>;
  const bodySchema = (body as { content?: { "application/json": { schema: z.ZodType } } } | undefined)
    ?.content?.["application/json"].schema;
  const known = new Map<string, Parts>();

  /** The parts of a URL. The same URL gives the same objects, so that what follows from them can be kept beside. */
  function parseUrl(c: Context): Parts {
    const { url } = c.req;
    const earlier = known.get(url);
    if (earlier) return earlier;
    checkPath(url);
    const parts = {
      params: params && check(params, c.req.param(), "path"),
      query: check(query, readQuery(url), "query"),
    };
    if (url.length > longestUrl) return parts;
    if (known.size >= mostUrls) known.delete(known.keys().next().value ?? "");
    known.set(url, parts);
    return parts;
  }

  return function parseRequest(c, caller) {
    const { params, query } = parseUrl(c);
    const read = headers && check(headers, readHeaders(c, headers), "header");
    const withBody = (body: unknown) => ({ params, query, headers: read, body, caller }) as Input<R>;
    if (!bodySchema) return withBody(undefined);
    return readJsonBody(c.req.raw).then((body) => withBody(check(bodySchema, body, "")));
  };
}

function check(schema: z.ZodType | undefined, value: unknown, root: string): unknown {
  if (!schema) {
    const [name] = Object.keys(value as object);
    if (name === undefined) return undefined;
    throw new Problem("invalid_request", `"query.${name}" is not a known parameter; this route takes none.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues, root);
}

function checkPath(url: string): void {
  if (!url.includes("%")) return;
  try {
    checkText(decodeURIComponent(new URL(url).pathname), "path");
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      "invalid_request",
      "The path has a percent sign that no two hexadecimal digits of UTF-8 follow.",
    );
  }
}

/** The query as an object: a parameter that is given twice becomes a list, which only repeatable ones accept. */
function readQuery(url: string): Record<string, string | string[]> {
  const at = url.indexOf("?");
  const query: Record<string, string | string[]> = Object.create(null);
  if (at === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    checkText(value, `query.${name}`);
    if (name === "__proto__")
      throw new Problem("invalid_request", '"query.__proto__" is not a known parameter.');
    const earlier = query[name];
    query[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return query;
}

function readHeaders(c: Context, schema: z.ZodType): Record<string, string | undefined> {
  const names = Object.keys((schema as z.ZodObject).shape);
  return Object.fromEntries(names.map((name) => [name, c.req.header(name)]));
}

function toResponse(
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

/** The one place where errors become answers. */
export function toProblemResponse(
  error: unknown,
  requestId: string,
  { log, isUnavailable }: RouteNeeds,
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

/** Writes and failures are news; reads are for whoever looks closely, so that they cost nothing otherwise. */
function logAccess(
  log: Logger,
  c: Context,
  isRead: boolean,
  status: number,
  requestId: string,
  startedAt: number,
): void {
  const level = isRead && status < 400 ? "debug" : "info";
  if (!log.isLevelEnabled(level)) return;
  const milliseconds = Math.round((performance.now() - startedAt) * 1000) / 1000;
  log[level]({ requestId, method: c.req.method, path: c.req.path, status, milliseconds }, "request");
}
