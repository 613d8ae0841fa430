import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { commonProblems, json, problems } from "../http/responses.ts";
import { artifactParams } from "../http/schema.ts";
import { compareQuery, DiffSchema, diffExample } from "./schema.ts";
import type { ComparingService } from "./service.ts";

export const compareVersions = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/diff",
  operationId: "compareVersions",
  tags: ["versions"],
  summary: "Compare two versions: images, regions, metadata, labels, parents and files",
  request: { params: artifactParams, query: compareQuery },
  responses: {
    200: json(DiffSchema, "What `to` has more, less and other than `from`", diffExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...problems("artifact_not_found", "version_not_found"),
  },
});

/** Adds the route that compares. */
export function comparingRoutes(register: Register, comparing: ComparingService): void {
  register(compareVersions, async ({ params, query, caller }) => ({
    status: 200,
    body: await comparing.compare(params, query.from, query.to, caller),
  }));
}
