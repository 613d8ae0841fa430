/**
 * Binds a route contract to what answers it. Each route is one handler without middleware: authenticate, parse, do,
 * answer, log. That keeps the order in sight, and a chain of middleware out of the hot path.
 */
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Logger } from "pino";
import type { Gate } from "../limits/gate.ts";
import { andThen, type Maybe } from "../maybe.ts";
import type { Durations } from "../metrics/metrics.ts";
import { allowsAll } from "../tokens/reach.ts";
import {
  type Actor,
  anonymous,
  authorize,
  authorizeAnywhere,
  authorizeRead,
  type Scope,
  tokenMissing,
} from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { logAccess, requestIdOf, type Serving } from "./access-log.ts";
import { answerHeaders, holdRefusal, toProblemResponse, toResponse } from "./answers.ts";
import type { Content, Received } from "./content.ts";
import type { EventStream } from "./event-stream.ts";
import type { JsonLines } from "./json-lines.ts";
import { compileParser, takesStream } from "./requests.ts";
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
      : T extends { content: { "text/plain": unknown } }
        ? Content
        : T extends { content: { "text/event-stream": unknown } }
          ? EventStream
          : T extends { content: { "application/x-ndjson": unknown } }
            ? JsonLines
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
  gate: Gate;
  /** Where it is counted how long requests to a route took, by the status of the answer. */
  durations(labels: { method: string; route: string; status: number }): Durations;
};

/** Makes the function that adds routes to an application. */
export function registerOn(app: Hono, needs: RouteNeeds): Register {
  const { log, gate } = needs;
  const hold = (request: Request, bytes: number, caller: Actor) =>
    gate.load.hold(request, bytes, isStranger(caller) ? "" : caller.name);
  return function register(contract, handler) {
    const isPublic = contract.security?.length === 0;
    const parse = compileParser<Input<typeof contract>>(contract.request, hold, isPublic);
    const access = contract as Access;
    const needsToken = !isPublic && !isOpen(access);
    const isUnlimited = access["x-unlimited"] === true;
    // What is handed on while it arrives takes as long as its sender does.
    const isCounted = !isUnlimited && !takesStream(contract.request);
    const hasEtag = 304 in contract.responses;
    const isRead = contract.method === "get" || contract.operationId === "resolveMany";
    // What a path ends with may have slashes of its own, as the paths of files have.
    const path = contract.path.replaceAll(/\{(\w+)\}/g, ":$1").replace(/:path$/, ":path{.+}");

    const method = contract.method.toUpperCase();
    const durations: Durations[] = [];

    function count(c: Context, actor: Actor, { startedAt, headers }: Serving): void {
      if (isStranger(actor)) gate.countStranger(c, startedAt, headers);
      else gate.tokens?.count(actor.name, startedAt, headers);
    }

    /** Not an async function: what SQLite answers at once is answered at once. */
    function answerRequest(c: Context, serving: Serving): Maybe<Response> {
      const { requestId, headers } = serving;
      const enter = () => (isPublic ? anybody : needs.authenticate(c.req.header("authorization")));
      return andThen(enter(), (actor) => {
        serving.actor = actor.name;
        if (!isUnlimited) count(c, actor, serving);
        // Before anything else is said about the request.
        if (needsToken && actor.name === anonymous) throw tokenMissing();
        return andThen(parse(c, { ...actor, requestId }), (input) => {
          checkScope(input, access);
          if (isCounted) gate.load.enter();
          serving.isIn = isCounted;
          async function mayStay(): Promise<void> {
            try {
              const present = await enter();
              checkScope({ ...input, caller: { ...present, requestId } }, access);
              // A namespace may not be open to anybody any more; who is left with less comes back as such.
              if (!actor.scopes.every((held) => allowsAll(present, held))) throw tokenMissing();
            } catch (error) {
              if (!needs.isUnavailable(error)) throw error;
            }
          }
          const { closing } = needs;
          return andThen(handler(input), (answer) =>
            toResponse(c, answer, { headers, hasEtag, closing, mayStay }),
          );
        });
      });
    }

    app.on(method, path, function serveRoute(c) {
      const requestId = requestIdOf(c.req.header("x-request-id"));
      const startedAt = performance.now();
      const serving: Serving = { requestId, startedAt, headers: answerHeaders(requestId) };
      const finish = (response: Response): Response => {
        if (serving.isIn) gate.load.leave();
        if (contract.request?.body) gate.load.release(c.req.raw);
        const { status } = response;
        const milliseconds = performance.now() - startedAt;
        durations[status] ??= needs.durations({ method, route: contract.path, status });
        durations[status].observe(milliseconds / 1000);
        const level = isRead && status < 400 ? "debug" : "info";
        if (log.isLevelEnabled(level)) logAccess(log, level, c, serving, { status, milliseconds, gate });
        return response;
      };
      const fail = (error: unknown): Maybe<Response> => {
        const { headers, actor } = serving;
        const told = actor === undefined ? gate.judge(error, c, startedAt, headers) : error;
        return holdRefusal(told, finish(toProblemResponse(told, headers, needs)));
      };
      try {
        if (!isUnlimited) gate.load.meet(startedAt);
        const response = answerRequest(c, serving);
        return response instanceof Promise ? response.then(finish, fail) : finish(response);
      } catch (error) {
        return fail(error);
      }
    });
  };
}

const anybody: Actor = { name: "anybody", scopes: [] };

/** Who has shown no token. */
function isStranger({ name }: Actor): boolean {
  return name === anybody.name || name === anonymous;
}

/**
 * What a route needs, as extensions of its contract that the API document shows.
 *
 * - `x-scope`: the scope; `read` when it is not given.
 * - `x-scope-on`: where it must hold. Not given: on the artifact or the namespace of the path. `registry`: everywhere.
 *   `reach`: anywhere; what the caller does not reach is left out of the answer, and the service refuses to change it.
 *   `self`: whatever the caller may do.
 * - `x-unlimited`: answered whatever goes on, as it tells just that.
 * - `x-anonymous`: false where nobody may without a token: it tells of people, or changes something.
 */
export type Access = {
  "x-scope"?: Scope;
  "x-scope-on"?: "registry" | "reach" | "self";
  "x-unlimited"?: boolean;
  "x-anonymous"?: false;
};

/** Whether a route answers anybody, without a token, about namespaces that are open to anybody. */
export function isOpen(access: Access): boolean {
  const { "x-scope": scope = "read", "x-scope-on": on } = access;
  return scope === "read" && on !== "self" && on !== "registry" && access["x-anonymous"] !== false;
}

/**
 * Decided before anything is looked up, so that the answer is the same whether the artifact exists or not.
 *
 * @throws Problem `artifact_not_found` or `namespace_not_found` when the caller may not read it, `forbidden` for all
 *   else
 */
function checkScope({ params, caller }: { params?: unknown; caller: Caller }, access: Access): void {
  const { "x-scope": scope = "read", "x-scope-on": on } = access;
  if (on === "registry") authorize(caller, scope, "*");
  if (on === "reach") authorizeAnywhere(caller, scope);
  const { namespace, artifact } = (params ?? {}) as { namespace?: string; artifact?: string };
  if (on !== undefined || namespace === undefined) return;
  const path = artifact === undefined ? namespace : `${namespace}/${artifact}`;
  if (scope === "read") authorizeRead(caller, path);
  else authorize(caller, scope, path);
}
