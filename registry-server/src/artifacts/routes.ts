import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { artifactParams } from "../http/schema.ts";
import {
  ArtifactChangeSchema,
  ArtifactPage,
  ArtifactSchema,
  artifactExample,
  artifactListQuery,
} from "./schema.ts";
import type { ArtifactService } from "./service.ts";

const tags = ["artifacts"];
const path = "/v1/artifacts/{namespace}/{artifact}";

export const listArtifacts = createRoute({
  method: "get",
  path: "/v1/artifacts",
  operationId: "listArtifacts",
  "x-scope-on": "reach",
  tags,
  summary: "List artifacts by name, all or those that match",
  request: { query: artifactListQuery },
  responses: {
    200: json(ArtifactPage, "A page of artifacts, ordered by name", {
      items: [artifactExample],
      next_cursor: null,
    }),
    ...commonProblems,
  },
});

export const putArtifact = createRoute({
  method: "put",
  path,
  operationId: "putArtifact",
  "x-scope": "publish",
  tags,
  summary: "Create an artifact, or change its description and labels",
  request: {
    params: artifactParams,
    body: jsonBody(ArtifactChangeSchema, { description: "Ships logs", labels: { team: "platform" } }),
  },
  responses: {
    200: json(ArtifactSchema, "It was there already; as it is now", artifactExample),
    201: json(ArtifactSchema, "It was created", { ...artifactExample, latest: null, versions: 0 }),
    ...commonProblems,
    ...bodyProblems,
  },
});

export const getArtifact = createRoute({
  method: "get",
  path,
  operationId: "getArtifact",
  tags,
  summary: "Read an artifact",
  request: { params: artifactParams },
  responses: {
    200: json(ArtifactSchema, "The artifact", artifactExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...problems("artifact_not_found"),
  },
});

export const deleteArtifact = createRoute({
  method: "delete",
  path,
  operationId: "deleteArtifact",
  "x-scope": "admin",
  tags,
  summary: "Delete an artifact with all its versions; its name and its numbers are never used anew",
  request: { params: artifactParams },
  responses: {
    204: { description: "It is gone" },
    ...commonProblems,
    ...problems("artifact_not_found", "version_in_use"),
  },
});

/** Adds the routes of artifacts. */
export function artifactRoutes(register: Register, artifacts: ArtifactService): void {
  register(listArtifacts, async ({ query, caller }) => ({
    status: 200,
    body: await artifacts.list(query, caller),
  }));

  register(putArtifact, async ({ params, body, caller }) => {
    const { artifact, created } = await artifacts.put(params, body, caller);
    return { status: created ? 201 : 200, body: artifact };
  });

  register(getArtifact, async ({ params }) => ({ status: 200, body: await artifacts.get(params) }));

  register(deleteArtifact, async ({ params, caller }) => {
    await artifacts.delete(params, caller);
    return { status: 204 };
  });
}
