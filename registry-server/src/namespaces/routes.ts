import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import {
  NamespaceChangeSchema,
  NamespacePage,
  NamespaceSchema,
  namespaceExample,
  namespaceListQuery,
  namespaceParams,
} from "./schema.ts";
import type { NamespaceService } from "./service.ts";

const tags = ["namespaces"];
const path = "/v1/namespaces/{namespace}";

export const listNamespaces = createRoute({
  method: "get",
  path: "/v1/namespaces",
  operationId: "listNamespaces",
  "x-scope-on": "reach",
  tags,
  summary: "Namespaces that the caller may read all of, by name",
  request: { query: namespaceListQuery },
  responses: {
    200: json(NamespacePage, "A page of namespaces", { items: [namespaceExample], next_cursor: null }),
    ...commonProblems,
  },
});

export const getNamespace = createRoute({
  method: "get",
  path,
  operationId: "getNamespace",
  tags,
  summary: "What holds for all artifacts of a namespace",
  request: { params: namespaceParams },
  responses: {
    200: json(NamespaceSchema, "The namespace", namespaceExample),
    ...commonProblems,
    ...problems("namespace_not_found"),
  },
});

export const putNamespace = createRoute({
  method: "put",
  path,
  operationId: "putNamespace",
  "x-scope": "admin",
  tags,
  summary: "Make a namespace, or change what is given; safe to repeat",
  description:
    "Publishing makes a namespace too. With `anonymous_read` everybody who reaches the registry may read its artifacts, from the next request on.",
  request: { params: namespaceParams, body: jsonBody(NamespaceChangeSchema, { anonymous_read: true }) },
  responses: {
    200: json(NamespaceSchema, "The namespace as it is now", namespaceExample),
    ...commonProblems,
    ...bodyProblems,
  },
});

/** Adds the routes of namespaces. */
export function namespaceRoutes(register: Register, namespaces: NamespaceService): void {
  register(listNamespaces, async ({ query, caller }) => ({
    status: 200,
    body: await namespaces.list(query, caller),
  }));

  register(getNamespace, async ({ params }) => ({
    status: 200,
    body: await namespaces.get(params.namespace),
  }));

  register(putNamespace, async ({ params, body, caller }) => ({
    status: 200,
    body: await namespaces.put(params.namespace, body, caller),
  }));
}
