import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { versionParams } from "../http/schema.ts";
import {
  PreviewRequestSchema,
  PreviewSchema,
  previewExample,
  RevocationStateSchema,
  RevokedSchema,
  RevokeSchema,
  restoreQuery,
  revokedExample,
  stateExample,
} from "./schema.ts";
import type { RevocationService } from "./service.ts";

const tags = ["revocation"];
const path = "/v1/artifacts/{namespace}/{artifact}/versions/{version}/revocation";
const notFound = problems("artifact_not_found", "version_not_found");

export const getRevocation = createRoute({
  method: "get",
  path,
  operationId: "getRevocation",
  tags,
  summary: "Whether a version is revoked, or will be, and why",
  request: { params: versionParams },
  responses: {
    200: json(RevocationStateSchema, "Its causes; none when it is not revoked", stateExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...notFound,
  },
});

export const revokeVersion = createRoute({
  method: "put",
  path,
  operationId: "revokeVersion",
  "x-scope": "promote",
  tags,
  summary: "Revoke a version, now or from a date; change an earlier revocation; safe to repeat",
  description:
    "No channel moves by it, unless `rollback_channels` asks for that. Descendants in other namespaces are not revoked, only marked. What reaches descendants needs `promote` on all of the namespace.",
  request: {
    params: versionParams,
    body: jsonBody(RevokeSchema, { reason: "CVE-2026-1234", with_descendants: true }),
  },
  responses: {
    200: json(RevokedSchema, "The state of the version, and what else was changed", revokedExample),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
    ...problems("version_incomplete", "revocation_in_force"),
  },
});

export const restoreVersion = createRoute({
  method: "delete",
  path,
  operationId: "restoreVersion",
  "x-scope": "promote",
  tags,
  summary: "Take back the revocation of a version, and exactly what descendants have from it",
  description:
    "A version that also inherits from an ancestor stays revoked until the revocation of that one is taken back. Where it reached descendants, this needs `promote` on all of the namespace.",
  request: { params: versionParams, query: restoreQuery },
  responses: {
    200: json(RevocationStateSchema, "The state of the version now", {
      ...stateExample,
      revoked: false,
      revoked_at: null,
      reason: null,
      causes: [],
    }),
    ...commonProblems,
    ...notFound,
  },
});

export const previewRevocation = createRoute({
  method: "post",
  path: `${path}/preview`,
  operationId: "previewRevocation",
  tags,
  summary: "What revoking would touch, as far as the caller may read it; changes nothing",
  request: { params: versionParams, body: jsonBody(PreviewRequestSchema, { with_descendants: true }) },
  responses: {
    200: json(PreviewSchema, "What it would touch", previewExample),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
  },
});

/** Adds the routes of revocation. */
export function revocationRoutes(register: Register, revocations: RevocationService): void {
  register(getRevocation, async ({ params, caller }) => ({
    status: 200,
    body: await revocations.get(params, params.version, caller),
  }));

  register(revokeVersion, async ({ params, body, caller }) => ({
    status: 200,
    body: await revocations.revoke(params, params.version, body, caller),
  }));

  register(restoreVersion, async ({ params, query, caller }) => ({
    status: 200,
    body: await revocations.restore(params, params.version, query.reason, caller),
  }));

  register(previewRevocation, async ({ params, body, caller }) => ({
    status: 200,
    body: await revocations.preview(params, params.version, body.with_descendants ?? false, caller),
  }));
}
