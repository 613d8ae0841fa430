import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { commonProblems, json } from "../http/responses.ts";
import { VersionPage, versionSummaryExample } from "../versions/schema.ts";
import { searchQuery } from "./schema.ts";
import type { SearchService } from "./service.ts";

export const search = createRoute({
  method: "get",
  path: "/v1/search",
  operationId: "search",
  "x-scope-on": "reach",
  tags: ["search"],
  summary: "Find complete versions, the last completed first",
  description:
    "All filters that are given must hold. A page may be short, or even empty, and still have a next one: go on while there is a `next_cursor`.",
  request: { query: searchQuery },
  responses: {
    200: json(VersionPage, "A page of versions", { items: [versionSummaryExample], next_cursor: null }),
    ...commonProblems,
  },
});

/** Adds the route that searches. */
export function searchRoutes(register: Register, service: SearchService): void {
  register(search, async ({ query, caller }) => ({ status: 200, body: await service.search(query, caller) }));
}
