import { createRoute, z } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { Problem } from "../http/problem.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { artifactParams, fingerprint, versionParams } from "../http/schema.ts";
import type { PublishingService } from "./publishing.ts";
import {
  CompleteSchema,
  PublishSchema,
  publishExample,
  VersionChangeSchema,
  VersionPage,
  VersionSchema,
  versionDeleteQuery,
  versionExample,
  versionListQuery,
  versionSummaryExample,
} from "./schema.ts";
import type { VersionService } from "./service.ts";

const tags = ["versions"];
const collection = "/v1/artifacts/{namespace}/{artifact}/versions";
const path = `${collection}/{version}` as const;
const notFound = problems("artifact_not_found", "version_not_found");

const incompleteExample = {
  ...versionExample,
  state: "incomplete",
  number: null,
  expected_builds: ["amazon-ebs.web", "docker.web"],
  missing_builds: ["docker.web"],
  completed_at: null,
};

export const publishVersion = createRoute({
  method: "post",
  path: collection,
  operationId: "publishVersion",
  "x-scope": "publish",
  tags,
  summary: "Publish a version all at once (builds), or open it (expected_builds); safe to repeat",
  description:
    "Creates namespace and artifact when they are new. The version completes, and gets its number, when the last expected build is there. The same publication again answers 200 with the same version.",
  request: {
    params: artifactParams,
    headers: z.object({
      "idempotency-key": fingerprint
        .optional()
        .openapi({ description: "The fingerprint, when the body has none" }),
    }),
    body: jsonBody(PublishSchema, publishExample),
  },
  responses: {
    200: json(VersionSchema, "The version was there already", incompleteExample),
    201: json(VersionSchema, "The version was created", versionExample),
    ...commonProblems,
    ...bodyProblems,
    ...problems("version_complete", "version_differs", "build_unexpected"),
    ...problems("file_missing", "quota_exceeded"),
  },
});

export const listVersions = createRoute({
  method: "get",
  path: collection,
  operationId: "listVersions",
  tags,
  summary: "List versions, newest first",
  request: { params: artifactParams, query: versionListQuery },
  responses: {
    200: json(VersionPage, "A page of versions", {
      items: [versionSummaryExample],
      next_cursor: "eyJpZCI6N30",
    }),
    ...commonProblems,
    ...problems("artifact_not_found"),
  },
});

export const getVersion = createRoute({
  method: "get",
  path,
  operationId: "getVersion",
  tags,
  summary: "Read a version with its builds",
  request: { params: versionParams },
  responses: {
    200: json(VersionSchema, "The version", versionExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...notFound,
  },
});

export const changeVersion = createRoute({
  method: "patch",
  path,
  operationId: "changeVersion",
  "x-scope": "publish",
  tags,
  summary: "Change the description and the labels of a version",
  request: {
    params: versionParams,
    body: jsonBody(VersionChangeSchema, { description: "Web servers, rebuilt", labels: { team: "web" } }),
  },
  responses: {
    200: json(VersionSchema, "The version as it is now", versionExample),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
  },
});

export const completeVersion = createRoute({
  method: "post",
  path: `${path}/complete`,
  operationId: "completeVersion",
  "x-scope": "publish",
  tags,
  summary: "Complete a version by hand, without the builds that are missing",
  request: {
    params: versionParams,
    body: jsonBody(CompleteSchema, { reason: "the qemu builder is broken" }),
  },
  responses: {
    200: json(VersionSchema, "The complete version", versionExample),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
    ...problems("version_incomplete"),
  },
});

export const deleteVersion = createRoute({
  method: "delete",
  path,
  operationId: "deleteVersion",
  "x-scope": "publish",
  tags,
  summary:
    "Abandon an incomplete version (its fingerprint is free again), or delete a complete one (its number is not)",
  description:
    "A complete version is deleted by its number only, with the scope `admin`, and not while a channel points at it. By `fingerprint:` a version is only ever abandoned.",
  request: { params: versionParams, query: versionDeleteQuery },
  responses: {
    200: json(VersionSchema, "The version, abandoned", { ...incompleteExample, state: "abandoned" }),
    204: { description: "The complete version is gone; its number is never given again" },
    ...commonProblems,
    ...notFound,
    ...problems("version_complete", "version_in_use"),
  },
});

/** Adds the routes of versions. */
export function versionRoutes(
  register: Register,
  versions: VersionService,
  publishing: PublishingService,
): void {
  register(publishVersion, async ({ params, headers, body, caller }) => {
    const key = chooseFingerprint(body.fingerprint, headers["idempotency-key"]);
    const { version, created } = await publishing.publish(params, key, body, caller);
    return { status: created ? 201 : 200, body: version };
  });

  register(listVersions, async ({ params, query, caller }) => ({
    status: 200,
    body: await versions.list(params, query, caller),
  }));

  register(getVersion, async ({ params, caller }) => ({
    status: 200,
    body: await versions.get(params, params.version, caller),
  }));

  register(changeVersion, async ({ params, body, caller }) => ({
    status: 200,
    body: await versions.change(params, params.version, body, caller),
  }));

  register(completeVersion, async ({ params, body, caller }) => ({
    status: 200,
    body: await versions.complete(params, params.version, body.reason, caller),
  }));

  register(deleteVersion, async ({ params, query, caller }) => {
    const version = await versions.remove(params, params.version, query.reason, caller);
    return version ? { status: 200, body: version } : { status: 204 };
  });
}

/** The fingerprint of the body, or else the Idempotency-Key. Without one, a retry would publish twice. */
function chooseFingerprint(inBody: string | undefined, inHeader: string | undefined): string {
  const chosen = inBody ?? inHeader;
  if (chosen === undefined) {
    const message =
      "is missing; give it in the body, or as the header Idempotency-Key, so that a retry is safe";
    throw new Problem("invalid_request", `"fingerprint" ${message}.`, {
      errors: [{ path: "fingerprint", message }],
    });
  }
  if (inHeader !== undefined && inHeader !== chosen) {
    const message = "is another one than the Idempotency-Key; give one of them, or the same twice";
    throw new Problem("invalid_request", `"fingerprint" ${message}.`, {
      errors: [{ path: "fingerprint", message }],
    });
  }
  return chosen;
}
