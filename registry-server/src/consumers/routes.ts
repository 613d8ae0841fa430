import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { commonProblems, json, problems } from "../http/responses.ts";
import { artifactParams, versionParams } from "../http/schema.ts";
import { ConsumerPage, consumerExample, consumerQuery, consumersQuery } from "./schema.ts";
import type { ConsumerService } from "./service.ts";

const tags = ["consumers"];
const description =
  "What is new appears after at most some seconds. Ordered by who resolved it for the first time last.";
const answer = json(ConsumerPage, "A page of consumers", { items: [consumerExample], next_cursor: null });

export const listVersionConsumers = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/versions/{version}/consumers",
  operationId: "listVersionConsumers",
  "x-anonymous": false,
  tags,
  summary: "Who resolved a version",
  description,
  request: { params: versionParams, query: consumersQuery },
  responses: { 200: answer, ...commonProblems, ...problems("artifact_not_found", "version_not_found") },
});

export const listArtifactConsumers = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/consumers",
  operationId: "listArtifactConsumers",
  "x-anonymous": false,
  tags,
  summary: "Who resolved which version of an artifact",
  description,
  request: { params: artifactParams, query: consumersQuery },
  responses: { 200: answer, ...commonProblems, ...problems("artifact_not_found") },
});

export const listConsumed = createRoute({
  method: "get",
  path: "/v1/consumers",
  operationId: "listConsumed",
  "x-scope-on": "reach",
  "x-anonymous": false,
  tags,
  summary: "What one consumer resolved, in all artifacts that the caller may read",
  description,
  request: { query: consumerQuery },
  responses: { 200: answer, ...commonProblems },
});

/** Adds the routes of consumers. */
export function consumerRoutes(register: Register, consumers: ConsumerService): void {
  register(listVersionConsumers, async ({ params, query }) => ({
    status: 200,
    body: await consumers.ofVersion(params, params.version, query),
  }));

  register(listArtifactConsumers, async ({ params, query }) => ({
    status: 200,
    body: await consumers.ofArtifact(params, query),
  }));

  register(listConsumed, async ({ query, caller }) => ({
    status: 200,
    body: await consumers.consumedBy(query, caller),
  }));
}
