/**
 * Binds a route contract to what answers it. Each route is one handler without middleware: authenticate, parse, do,
 * answer, log. That keeps the order in sight, and a chain of middleware out of the hot path.
 */
import { randomUUID } from "node:crypto";
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Logger } from "pino";
import { andThen, type Maybe } from "../maybe.ts";
import type { Caller } from "../unit.ts";
import { toProblemResponse, toResponse } from "./answers.ts";
import { compileParser } from "./requests.ts";

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
    const parse = compileParser<Input<typeof contract>>(contract.request);
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
