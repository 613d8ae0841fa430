import { createRoute } from "@hono/zod-openapi";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { artifactParams } from "../http/schema.ts";
import {
  ResolvedSchema,
  ResolveManySchema,
  ResolveResultsSchema,
  resolvedExample,
  resolveQuery,
} from "./schema.ts";

const tags = ["resolving"];

export const resolve = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/resolve",
  operationId: "resolve",
  tags,
  summary: "Resolve one selector to a version and its images, after the filters",
  request: { params: artifactParams, query: resolveQuery },
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
  tags,
  summary: "Resolve many in one request; each has its own result, in order",
  request: {
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
