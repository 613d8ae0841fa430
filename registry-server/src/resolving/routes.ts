import { createRoute } from "@hono/zod-openapi";
import { pathOf } from "../artifacts/service.ts";
import { type Reader, readerHeaders, readerOf } from "../consumers/reader.ts";
import type { Register } from "../http/contract.ts";
import { Problem } from "../http/problem.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { artifactParams } from "../http/schema.ts";
import { andThen } from "../maybe.ts";
import { type Actor, authorizeRead } from "../tokens/scopes.ts";
import {
  type ReadQuery,
  ResolvedSchema,
  ResolveManySchema,
  type ResolveResult,
  ResolveResultsSchema,
  readManySchema,
  resolvedExample,
  resolveQuery,
} from "./schema.ts";
import type { ResolvingService } from "./service.ts";

const tags = ["resolving"];

export const resolve = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/resolve",
  operationId: "resolve",
  tags,
  summary: "Resolve one selector to a version and its images, after the filters",
  request: { params: artifactParams, query: resolveQuery, headers: readerHeaders },
  responses: {
    200: json(ResolvedSchema, "The version and what is left of it after the filters", resolvedExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...problems("artifact_not_found", "version_not_found", "channel_not_found", "channel_empty", "no_match"),
    ...problems("ambiguous", "version_incomplete", "version_revoked"),
  },
});

export const resolveMany = createRoute({
  method: "post",
  path: "/v1/resolve",
  operationId: "resolveMany",
  "x-scope-on": "reach",
  tags,
  summary: "Resolve many in one request; each has its own result, in order",
  request: {
    headers: readerHeaders,
    body: jsonBody(ResolveManySchema, {
      queries: [{ artifact: "hashicorp/logstream", region: "us-east-1" }],
    }),
  },
  responses: {
    200: json(ResolveResultsSchema, "One result per query", { results: [{ resolved: resolvedExample }] }),
    ...commonProblems,
    ...bodyProblems,
  },
});

/** Adds the routes that resolve. */
export function resolvingRoutes(register: Register, resolving: ResolvingService): void {
  register(resolve, ({ params, query, headers, caller }) =>
    andThen(resolving.resolve(pathOf(params), query, readerOf(headers, caller)), (body) => ({
      status: 200,
      body,
    })),
  );

  const request = { headers: readerHeaders, body: jsonBody(readManySchema, undefined) };
  register({ ...resolveMany, request }, async ({ body, headers, caller }) => {
    const results: ResolveResult[] = [];
    const reader = readerOf(headers, caller);
    for (const query of body.queries) results.push(await resolveOne(resolving, query, caller, reader));
    return { status: 200, body: { results } };
  });
}

/** A query that fails is a result of its own; only a failing server fails them all. */
async function resolveOne(
  resolving: ResolvingService,
  query: ReadQuery,
  actor: Actor,
  reader: Reader,
): Promise<ResolveResult> {
  try {
    if (query instanceof Problem) throw query;
    authorizeRead(actor, query.artifact);
    return { resolved: await resolving.resolve(query.artifact, query, reader) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.toBody() };
    throw error;
  }
}
