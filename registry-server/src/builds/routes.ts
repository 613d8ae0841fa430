import { createRoute, z } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import type { PublishingService } from "../versions/publishing.ts";
import { VersionSchema, versionExample } from "../versions/schema.ts";
import type { VersionService } from "../versions/service.ts";
import type { FailingService } from "./failing.ts";
import {
  BuildReportSchema,
  BuildSchema,
  buildExample,
  buildParams,
  FailedBuildSchema,
  FailureSchema,
  failureExample,
  reportExample,
} from "./schema.ts";

const tags = ["builds"];
const path = "/v1/artifacts/{namespace}/{artifact}/versions/{version}/builds/{build}";

export const BuildReportedSchema = z
  .object({ build: BuildSchema, version: VersionSchema })
  .openapi("BuildReported");

export const reportBuild = createRoute({
  method: "put",
  path,
  operationId: "reportBuild",
  "x-scope": "publish",
  tags,
  summary: "Report a build; the last expected one completes the version",
  description:
    "A build that reports again while the version is incomplete replaces its earlier report. On a complete version the same content answers 200 and anything else 409.",
  request: { params: buildParams, body: jsonBody(BuildReportSchema, reportExample) },
  responses: {
    200: json(BuildReportedSchema, "The build is recorded", { build: buildExample, version: versionExample }),
    ...commonProblems,
    ...bodyProblems,
    ...problems("artifact_not_found", "version_not_found", "version_complete", "build_unexpected"),
    ...problems("file_missing", "quota_exceeded"),
  },
});

export const getBuild = createRoute({
  method: "get",
  path,
  operationId: "getBuild",
  tags,
  summary: "Read a build",
  request: { params: buildParams },
  responses: {
    200: json(BuildSchema, "The build", buildExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...problems("artifact_not_found", "version_not_found", "build_not_found"),
  },
});

export const failBuild = createRoute({
  method: "put",
  path: `${path}/failure`,
  operationId: "failBuild",
  "x-scope": "publish",
  tags,
  summary: "Record that an expected build has failed, and why",
  description:
    "The version goes on waiting for it: when the build reports later, because it was run again, that it had failed is no longer shown. A build that is reported already stays as it is.",
  request: { params: buildParams, body: jsonBody(FailureSchema, failureExample) },
  responses: {
    200: json(FailedBuildSchema, "The failure is recorded", { name: "amazon-ebs.web", ...failureExample }),
    ...commonProblems,
    ...bodyProblems,
    ...problems("artifact_not_found", "version_not_found", "version_complete", "build_unexpected"),
  },
});

/** Adds the routes of builds. */
export function buildRoutes(
  register: Register,
  versions: VersionService,
  publishing: PublishingService,
  failing: FailingService,
): void {
  register(reportBuild, async ({ params, body, caller }) => ({
    status: 200,
    body: await publishing.report(params, params.version, params.build, body, caller),
  }));

  register(getBuild, async ({ params, caller }) => ({
    status: 200,
    body: await versions.getBuild(params, params.version, params.build, caller),
  }));

  register(failBuild, async ({ params, body, caller }) => ({
    status: 200,
    body: await failing.fail(params, body, caller),
  }));
}
