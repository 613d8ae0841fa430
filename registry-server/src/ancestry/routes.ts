import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { commonProblems, json, problems } from "../http/responses.ts";
import { versionParams } from "../http/schema.ts";
import {
  AncestrySchema,
  ancestryExample,
  ancestryQuery,
  OutOfDatePage,
  outOfDateExample,
  outOfDateQuery,
} from "./schema.ts";
import type { AncestryService } from "./service.ts";

const tags = ["ancestry"];

export const getAncestry = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/versions/{version}/ancestry",
  operationId: "getAncestry",
  tags,
  summary: "What a version was built from, and what was built from it",
  request: { params: versionParams, query: ancestryQuery },
  responses: {
    200: json(AncestrySchema, "The version with its parents and children, nested", ancestryExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...problems("artifact_not_found", "version_not_found", "version_incomplete"),
  },
});

export const listOutOfDate = createRoute({
  method: "get",
  path: "/v1/ancestry/out-of-date",
  operationId: "listOutOfDate",
  "x-scope-on": "reach",
  tags,
  summary: "What to rebuild: the latest versions that would have another parent if they were built today",
  description:
    "A version is out of date when the channel its parent was read from points to another version now, or, where no channel is known, when the parent's artifact has a newer version that is complete and not revoked. A page may be short and still have a next one.",
  request: { query: outOfDateQuery },
  responses: {
    200: json(OutOfDatePage, "A page, by artifact", { items: [outOfDateExample], next_cursor: null }),
    ...commonProblems,
  },
});

/** Adds the routes of ancestry. */
export function ancestryRoutes(register: Register, ancestry: AncestryService): void {
  register(getAncestry, async ({ params, query, caller }) => ({
    status: 200,
    body: await ancestry.get(params, params.version, query, caller),
  }));

  register(listOutOfDate, async ({ query, caller }) => ({
    status: 200,
    body: await ancestry.listOutOfDate(query, caller),
  }));
}
