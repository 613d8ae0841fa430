import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { artifactParams } from "../http/schema.ts";
import { RetentionRequestSchema, RetentionResultSchema, retentionExample } from "./schema.ts";
import type { RetentionService } from "./service.ts";

export const applyRetention = createRoute({
  method: "post",
  path: "/v1/artifacts/{namespace}/{artifact}/retention",
  operationId: "applyRetention",
  "x-anonymous": false,
  tags: ["retention"],
  summary: "Say which versions would go and why each stays or goes; with `dry_run: false` delete them",
  description:
    "Looks at complete versions from the newest to the oldest, at most `limit` in one request. `keep` and `days` default to the artifact's stored policy. What a channel points at or pointed at, what was read or completed within `days`, `latest`, the newest `keep`, and what a kept version was built from always stay. The number of a deleted version is never given again.",
  request: {
    params: artifactParams,
    body: jsonBody(RetentionRequestSchema, { dry_run: true, keep: 1, days: 30 }),
  },
  responses: {
    200: json(RetentionResultSchema, "What was decided about each version, newest first", retentionExample),
    ...commonProblems,
    ...bodyProblems,
    ...problems("artifact_not_found"),
  },
});

/** Adds the route of retention. */
export function retentionRoutes(register: Register, retention: RetentionService): void {
  register(applyRetention, async ({ params, body, caller }) => ({
    status: 200,
    body: await retention.apply(params, body, caller),
  }));
}
