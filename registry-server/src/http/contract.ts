/**
 * Binds a route contract to what answers it. Each route is one handler without middleware: authenticate, parse, do,
 * answer, log. That keeps the order in sight, and a chain of middleware out of the hot path.
 */
import { randomUUID } from "node:crypto";
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Logger } from "pino";
import { andThen, type Maybe } from "../maybe.ts";
import { type Actor, authorize, authorizeRead, type Scope } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { toProblemResponse, toResponse } from "./answers.ts";
import type { Content, Received } from "./content.ts";
import type { EventStream } from "./event-stream.ts";
import { compileParser } from "./requests.ts";
import type { Arriving, Streamed } from "./streaming.ts";

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type RequestOf<R extends RouteConfig> = NonNullable<R["request"]>;
type BodyOf<R extends RouteConfig> =
  RequestOf<R> extends {
    body: { content: { "application/json": { schema: infer S } } };
  }
    ? Output<S>
    : RequestOf<R> extends { body: { content: { "*/*": { "x-streamed": true } } } }
      ? Arriving
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
  : T extends { content: { "*/*": { "x-streamed": true } } }
    ? Streamed
    : T extends { content: { "*/*": unknown } }
      ? Content
      : T extends { content: { "text/event-stream": unknown } }
        ? EventStream
        : undefined;

/** What a handler gives: one of the contract's successes with its body, and its revision where `If-Match` takes one. */
export type Answer<R extends RouteConfig> = {
  [S in keyof R["responses"] & Success]: AnswerBody<R["responses"][S]> extends undefined
    ? { status: S }
    : { status: S; body: AnswerBody<R["responses"][S]>; revision?: number };
}[keyof R["responses"] & Success];

export type Handler<R extends RouteConfig> = (input: Input<R>) => Maybe<Answer<R>>;

/** Adds a route to the application. */
export type Register = <R extends RouteConfig>(contract: R, handler: Handler<R>) => void;

export type RouteNeeds = {
  log: Logger;
  /** Who sends a request; fails when that is nobody. */
  authenticate(authorization: string | undefined): Maybe<Actor>;
  isUnavailable(error: unknown): boolean;
  /** Aborted when the server ends: answers that would go on for ever end then. */
  closing: AbortSignal;
};

/** Makes the function that adds routes to an application. */
export function registerOn(app: Hono, needs: RouteNeeds): Register {
  return function register(contract, handler) {
    const parse = compileParser<Input<typeof contract>>(contract.request);
    const isPublic = contract.security?.length === 0;
    const access = contract as Access;
    const hasEtag = 304 in contract.responses;
    const isRead = contract.method === "get" || contract.operationId === "resolveMany";
    // What a path ends with may have slashes of its own, as the paths of files have.
    const path = contract.path.replaceAll(/\{(\w+)\}/g, ":$1").replace(/:path$/, ":path{.+}");

    /** Not an async function: what SQLite answers at once is answered at once. */
    function answerRequest(c: Context, requestId: string): Maybe<Response> {
      const enter = () => (isPublic ? anybody : needs.authenticate(c.req.header("authorization")));
      return andThen(enter(), ({ name, scopes }) =>
        andThen(parse(c, { name, scopes, requestId }), (input) => {
          checkScope(input, access);
          async function mayStay(): Promise<void> {
            try {
              checkScope({ ...input, caller: { ...(await enter()), requestId } }, access);
            } catch (error) {
              if (!needs.isUnavailable(error)) throw error;
            }
          }
          const { closing } = needs;
          return andThen(handler(input), (answer) =>
            toResponse(c, answer, { requestId, hasEtag, closing, mayStay }),
          );
        }),
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

const anybody: Actor = { name: "anybody", scopes: [] };

/**
 * What a route needs, as extensions of its contract that the API document shows.
 *
 * - `x-scope`: the scope; `read` when it is not given.
 * - `x-scope-on`: where it must hold. Not given: on the artifact or the namespace of the path. `registry`: everywhere.
 *   `reach`: anywhere; what the caller does not reach is left out of the answer, and the service refuses to change it.
 *   `self`: whatever the caller may do.
 */
export type Access = { "x-scope"?: Scope; "x-scope-on"?: "registry" | "reach" | "self" };

/**
 * Decided before anything is looked up, so that the answer is the same whether the artifact exists or not.
 *
 * @throws Problem `artifact_not_found` when the caller may not read it, `forbidden` for all else
 */
function checkScope(
  { params, caller }: { params?: unknown; caller: Caller },
  { "x-scope": scope = "read", "x-scope-on": on }: Access,
): void {
  const { namespace, artifact } = (params ?? {}) as { namespace?: string; artifact?: string };
  if (on === "registry") authorize(caller, scope, "*");
  else if (on === undefined && namespace !== undefined) {
    if (artifact === undefined) authorize(caller, scope, namespace);
    else if (scope === "read") authorizeRead(caller, `${namespace}/${artifact}`);
    else authorize(caller, scope, `${namespace}/${artifact}`);
  }
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
