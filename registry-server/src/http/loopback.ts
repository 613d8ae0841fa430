import { randomUUID } from "node:crypto";
import { answerHeaders, type ProblemNeeds, toProblemResponse } from "./answers.ts";
import { Problem } from "./problem.ts";

/** Answers requests; `env` is whatever the listener hands on. */
export type Fetch = (request: Request, env?: object) => Response | Promise<Response>;

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Lets through only what names this machine as its host. Without tokens nothing else keeps a web page from having its
 * own name point here, and from reading and writing with the browser of whoever looks at it (DNS rebinding).
 */
export function onlyLoopback(fetch: Fetch, needs: ProblemNeeds): Fetch {
  return (request, env) => {
    const host = request.headers.get("host") ?? "";
    if (loopback.test(host)) return fetch(request, env);
    const detail = `In development mode the registry answers only as localhost, 127.0.0.1 or [::1], not as "${host}".`;
    return toProblemResponse(new Problem("invalid_request", detail), answerHeaders(randomUUID()), needs);
  };
}
