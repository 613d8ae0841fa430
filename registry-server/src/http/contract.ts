/**
 * Binds a route contract to what answers it. Each route is one handler without middleware: authenticate, parse, do,
 * answer, log. That keeps the order in sight, and a chain of middleware out of the hot path.
 */
import { hash, randomUUID } from "node:crypto";
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Logger } from "pino";
import { artifactNotFound } from "../artifacts/problems.ts";
import { type Actor, allows, authorize, type Scope } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { checkText, readJsonBody } from "./body.ts";
import { Content, type Received, readContent } from "./content.ts";
import { Problem } from "./problem.ts";
import { limits } from "./schema.ts";
import { invalidRequest } from "./validation.ts";

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type RequestOf<R extends RouteConfig> = NonNullable<R["request"]>;
type BodyOf<R extends RouteConfig> =
  RequestOf<R> extends {
    body: { content: { "application/json": { schema: infer S } } };
  }
    ? Output<S>
    : RequestOf<R> extends { body: { content: { "*/*": unknown } } }
      ? Received
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
  : T extends { content: { "*/*": unknown } }
    ? Content
    : undefined;

/** What a handler gives: one of the contract's successes with its body, and its revision where `If-Match` takes one. */
export type Answer<R extends RouteConfig> = {
  [S in keyof R["responses"] & Success]: AnswerBody<R["responses"][S]> extends undefined
    ? { status: S }
    : { status: S; body: AnswerBody<R["responses"][S]>; revision?: number };
}[keyof R["responses"] & Success];

export type Handler<R extends RouteConfig> = (input: Input<R>) => Promise<Answer<R>>;

/** Adds a route to the application. */
export type Register = <R extends RouteConfig>(contract: R, handler: Handler<R>) => void;

export type RouteNeeds = {
  log: Logger;
  /** Who sends a request; fails when that is nobody. */
  authenticate(authorization: string | undefined): Promise<Actor>;
  isUnavailable(error: unknown): boolean;
};

/** Makes the function that adds routes to an application. */
export function registerOn(app: Hono, needs: RouteNeeds): Register {
  return function register(contract, handler) {
    const parse = compileParser(contract);
    const isPublic = contract.security?.length === 0;
    const scope = scopeOf(contract);
    const hasEtag = 304 in contract.responses;
    const isRead = contract.method === "get" || contract.operationId === "resolveMany";
    const path = contract.path.replaceAll(/\{(\w+)\}/g, ":$1");

    app.on(contract.method.toUpperCase(), path, async function serveRoute(c) {
      const startedAt = performance.now();
      const requestId = randomUUID();
      let response: Response;
      try {
        const actor = isPublic ? anybody : await needs.authenticate(c.req.header("authorization"));
        const input = await parse(c, { name: actor.name, scopes: actor.scopes, requestId });
        checkScope(input, scope);
        const answer = (await handler(input)) as AnyAnswer;
        response = toResponse(c, answer, requestId, hasEtag);
      } catch (error) {
        response = toProblemResponse(error, requestId, needs);
      }
      logAccess(needs.log, c, isRead, response.status, requestId, startedAt);
      return response;
    });
  };
}

const anybody: Actor = { name: "anybody", scopes: [] };

/** What a route below a namespace needs there: `x-scope` of its contract, which the API document shows; else to read. */
function scopeOf(contract: RouteConfig): Scope {
  return (contract as { "x-scope"?: Scope })["x-scope"] ?? "read";
}

/**
 * Decided before anything is looked up, so that the answer is the same whether the artifact exists or not.
 *
 * @throws Problem `artifact_not_found` when the caller may not read it, `forbidden` for all else
 */
function checkScope(input: { params?: unknown; caller: Caller }, scope: Scope): void {
  const { namespace, artifact } = (input.params ?? {}) as { namespace?: string; artifact?: string };
  if (namespace === undefined) return;
  if (scope !== "read") authorize(input.caller, scope, namespace);
  else if (!allows(input.caller, "read", namespace)) throw artifactNotFound(`${namespace}/${artifact}`);
}

function compileParser<R extends RouteConfig>(
  contract: R,
): (c: Context, caller: Caller) => Promise<Input<R>> {
  const { params, query, headers, body } = (contract.request ?? {}) as Record<string, z.ZodType | undefined>;
  const bodyContent = (body as { content?: Record<string, { schema: z.ZodType } | undefined> } | undefined)
    ?.content;
  const bodySchema = bodyContent?.["application/json"]?.schema;
  const takesBytes = bodyContent?.["*/*"] !== undefined;
  return async function parseRequest(c, caller) {
    checkPath(c);
    const input = {
      params: params && check(params, c.req.param(), "path"),
      query: check(query, readQuery(c), "query"),
      headers: headers && check(headers, readHeaders(c, headers), "header"),
      body: takesBytes
        ? await readContent(c.req.raw, limits.documentBytes)
        : bodySchema && check(bodySchema, await readJsonBody(c.req.raw), ""),
      caller,
    };
    return input as Input<R>;
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

function checkPath(c: Context): void {
  const { url } = c.req;
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
function readQuery(c: Context): Record<string, string | string[]> {
  const { url } = c.req;
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

type AnyAnswer = { status: Success; body?: unknown; revision?: number };

function toResponse(c: Context, answer: AnyAnswer, requestId: string, hasEtag: boolean): Response {
  const headers: Record<string, string> = { "X-Request-Id": requestId };
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  const content = answer.body instanceof Content ? answer.body : undefined;
  const text = content ? "" : JSON.stringify(answer.body);
  if (hasEtag || answer.revision !== undefined) {
    const digest = content?.sha256 ?? hash("sha256", text, "base64url").slice(0, 27);
    // What `If-Match` compares goes first; the digest is for `If-None-Match`, as an answer also changes with time.
    const etag = answer.revision === undefined ? `"${digest}"` : `"${answer.revision}.${digest}"`;
    headers.ETag = etag;
  }
  if (hasEtag) {
    // A client may keep the answer, and must ask each time whether it still holds.
    headers["Cache-Control"] = "private, no-cache";
    if (isNamed(headers.ETag ?? "", c.req.header("if-none-match")))
      return new Response(null, { status: 304, headers });
  }
  if (content) {
    const bytes = new Uint8Array(content.bytes);
    return new Response(bytes, { status: answer.status, headers: { ...headers, ...content.headers } });
  }
  headers["Content-Type"] = "application/json";
  return new Response(text, { status: answer.status, headers });
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
