import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import * as ancestry from "../ancestry/routes.ts";
import * as artifacts from "../artifacts/routes.ts";
import * as builds from "../builds/routes.ts";
import * as channels from "../channels/routes.ts";
import * as comparing from "../comparing/routes.ts";
import * as consumers from "../consumers/routes.ts";
import * as documents from "../documents/routes.ts";
import * as events from "../events/routes.ts";
import * as files from "../files/routes.ts";
import * as images from "../images/routes.ts";
import * as logs from "../logs/routes.ts";
import { getMetrics } from "../metrics/routes.ts";
import * as namespaces from "../namespaces/routes.ts";
import * as providers from "../providers/routes.ts";
import * as resolving from "../resolving/routes.ts";
import * as retention from "../retention/routes.ts";
import * as revocations from "../revocations/routes.ts";
import * as search from "../search/routes.ts";
import * as tokens from "../tokens/routes.ts";
import * as trust from "../trust/routes.ts";
import { productVersion } from "../version.ts";
import * as versions from "../versions/routes.ts";
import * as webhooks from "../webhooks/routes.ts";
import { type Access, isOpen } from "./contract.ts";
import * as health from "./health.ts";
import { limits } from "./schema.ts";

const description = `The registry between Packer and Terraform.

Errors are \`application/problem+json\` with a stable \`code\`. Bodies are JSON of at most ${limits.bodyBytes / 1024 / 1024} MiB, nested at most
${limits.jsonDepth} levels deep; unknown fields and unknown query parameters are refused. Writes are safe to repeat.`;

/** Every route of the API, in the order of the document. */
export const contracts = [
  ...[artifacts.listArtifacts, artifacts.putArtifact, artifacts.getArtifact, artifacts.deleteArtifact],
  ...[versions.publishVersion, versions.listVersions, versions.getVersion, versions.changeVersion],
  ...[versions.completeVersion, versions.deleteVersion],
  ...[builds.reportBuild, builds.getBuild, builds.failBuild],
  ...[resolving.resolve, resolving.resolveMany],
  images.findImages,
  ...[channels.listChannels, channels.putChannel, channels.getChannel, channels.deleteChannel],
  ...[channels.promoteChannel, channels.rollbackChannel, channels.getChannelHistory],
  ...[revocations.revokeVersion, revocations.getRevocation, revocations.restoreVersion],
  revocations.previewRevocation,
  ...[documents.putDocument, documents.getDocument, documents.deleteDocument],
  ...[logs.appendLog, logs.getLog, logs.followLog, logs.deleteLog, logs.listLogs],
  ...[files.findHeldFile, files.uploadFile, files.downloadFile],
  ...[ancestry.getAncestry, ancestry.listOutOfDate],
  ...[consumers.listVersionConsumers, consumers.listArtifactConsumers, consumers.listConsumed],
  search.search,
  comparing.compareVersions,
  retention.applyRetention,
  ...[tokens.createToken, tokens.listTokens, tokens.getSelf, tokens.getToken, tokens.revokeToken],
  ...[trust.exchangeToken, trust.listTrustRules, trust.getTrustRule, trust.putTrustRule],
  trust.deleteTrustRule,
  ...[namespaces.listNamespaces, namespaces.getNamespace, namespaces.putNamespace],
  ...[events.listEvents, events.followEvents, events.exportEvents],
  ...[webhooks.createWebhook, webhooks.listWebhooks, webhooks.getWebhook, webhooks.changeWebhook],
  ...[webhooks.deleteWebhook, webhooks.testWebhook, webhooks.rotateWebhookSecret],
  ...[webhooks.listDeliveries, webhooks.getDelivery, webhooks.replayDeliveries],
  ...[providers.getTerraformServices, providers.listProviderVersions, providers.getProviderPackage],
  ...[providers.downloadProviderFile, providers.listMirroredVersions, providers.getMirroredArchives],
  ...[health.getHealth, health.getReadiness, getMetrics, health.getOpenApi],
];

/** The OpenAPI 3.1 document of the API, made from the route contracts. */
export function openApiDocument() {
  const app = new OpenAPIHono();
  for (const contract of contracts) {
    const route = contract as RouteConfig & Access;
    const isOpenToAnybody = route.security === undefined && isOpen(route);
    app.openAPIRegistry.registerPath(isOpenToAnybody ? { ...route, security: [{ token: [] }, {}] } : route);
  }
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "A token of this registry: `wbl_` and 43 characters",
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Waybill registry",
      version: productVersion,
      description,
      license: { name: "MPL-2.0", url: "https://www.mozilla.org/MPL/2.0/" },
    },
    servers: [{ url: "http://127.0.0.1:8421", description: "where `waybill serve` listens by default" }],
    security: [{ token: [] }],
  });
}
