import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { commonProblems, json, problems } from "../http/responses.ts";
import { Streamed, streamAnswer } from "../http/streaming.ts";
import * as schema from "./schema.ts";
import type { ProviderService } from "./service.ts";

// Without a token: Terraform sends none with downloads, whatever it is configured with. One that comes is not looked at.
const route = { method: "get" as const, tags: ["providers"], security: [] };
const provider = "/v1/providers/{publisher}/{type}";
const mirror = "/v1/provider-mirror/{host}/{publisher}/{type}";
const notFound = { ...commonProblems, ...problems("provider_not_found") };

export const getTerraformServices = createRoute({
  ...route,
  path: "/.well-known/terraform.json",
  operationId: "getTerraformServices",
  summary: "Tell Terraform and OpenTofu where on this host providers are",
  responses: {
    200: json(schema.TerraformServicesSchema, "Below this path", schema.servicesExample),
    ...commonProblems,
  },
});

export const listProviderVersions = createRoute({
  ...route,
  path: `${provider}/versions`,
  operationId: "listProviderVersions",
  summary: "List the versions of a provider, by the provider registry protocol",
  request: { params: schema.providerParams },
  responses: { 200: json(schema.ProviderVersionsSchema, "Versions", schema.versionsExample), ...notFound },
});

export const getProviderPackage = createRoute({
  ...route,
  path: `${provider}/{release}/download/{os}/{arch}`,
  operationId: "getProviderPackage",
  summary: "Tell where the provider for a platform is, with its sum and who signed it",
  request: { params: schema.packageParams },
  responses: { 200: json(schema.ProviderPackageSchema, "The package", schema.packageExample), ...notFound },
});

export const downloadProviderFile = createRoute({
  ...route,
  path: `${provider}/{release}/files/{file}`,
  operationId: "downloadProviderFile",
  summary: "Download an archive of a release, its sums, or their signature",
  request: { params: schema.releaseFileParams },
  responses: {
    200: streamAnswer("The file"),
    206: streamAnswer("The part of it that `Range` asks for"),
    ...notFound,
    ...problems("range_not_satisfiable"),
  },
});

export const listMirroredVersions = createRoute({
  ...route,
  path: `${mirror}/index.json`,
  operationId: "listMirroredVersions",
  summary: "List the versions of a provider, by the network mirror protocol",
  description: "A provider is offered under whatever host its address names.",
  request: { params: schema.mirrorParams },
  responses: { 200: json(schema.MirroredVersionsSchema, "Versions", schema.mirrorExample), ...notFound },
});

export const getMirroredArchives = createRoute({
  ...route,
  path: `${mirror}/{document}`,
  operationId: "getMirroredArchives",
  summary: "List the archives of a version for all platforms, by the network mirror protocol",
  request: { params: schema.mirroredParams },
  responses: { 200: json(schema.MirroredArchivesSchema, "Archives", schema.archivesExample), ...notFound },
});

/** Adds the routes by which Terraform and OpenTofu install providers. */
export function providerRoutes(register: Register, providers: ProviderService): void {
  register(getTerraformServices, () => ({ status: 200, body: { "providers.v1": "/v1/providers/" } }));

  register(listProviderVersions, async ({ params }) => ({
    status: 200,
    body: await providers.versions(params),
  }));

  register(getProviderPackage, async ({ params }) => ({
    status: 200,
    body: await providers.package(params),
  }));

  register(downloadProviderFile, async ({ params }) => {
    const { file } = params;
    const mediaType = file.endsWith(".zip") ? "application/zip" : "application/octet-stream";
    return {
      status: 200,
      body: new Streamed({ ...(await providers.file(params)), mediaType, fileName: file }),
    };
  });

  register(listMirroredVersions, async ({ params }) => ({
    status: 200,
    body: await providers.mirrored(params),
  }));

  register(getMirroredArchives, async ({ params }) => {
    const release = params.document.slice(0, -".json".length);
    return { status: 200, body: await providers.archives({ ...params, release }) };
  });
}
