import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Logger } from "pino";
import { ancestryRoutes } from "./ancestry/routes.ts";
import { AncestryService } from "./ancestry/service.ts";
import { artifactRoutes } from "./artifacts/routes.ts";
import { ArtifactService } from "./artifacts/service.ts";
import { FailingService } from "./builds/failing.ts";
import { buildRoutes } from "./builds/routes.ts";
import { channelRoutes } from "./channels/routes.ts";
import { ChannelService } from "./channels/service.ts";
import { comparingRoutes } from "./comparing/routes.ts";
import { ComparingService } from "./comparing/service.ts";
import type { Consumptions } from "./consumers/consumptions.ts";
import { consumerRoutes } from "./consumers/routes.ts";
import { ConsumerService } from "./consumers/service.ts";
import type { Database } from "./database/database.ts";
import { documentRoutes } from "./documents/routes.ts";
import { DocumentService } from "./documents/service.ts";
import { eventRoutes } from "./events/routes.ts";
import { EventService } from "./events/service.ts";
import { fileRoutes } from "./files/routes.ts";
import { FileService } from "./files/service.ts";
import type { FileStore } from "./files/stores/store.ts";
import { answerHeaders, holdRefusal, toProblemResponse } from "./http/answers.ts";
import { type RouteNeeds, registerOn } from "./http/contract.ts";
import { healthRoutes } from "./http/health.ts";
import { contracts, openApiDocument } from "./http/openapi.ts";
import { Problem } from "./http/problem.ts";
import { FixedFirstRouter } from "./http/router.ts";
import { imageRoutes } from "./images/routes.ts";
import { ImageService } from "./images/service.ts";
import type { Jobs } from "./jobs/queue.ts";
import { type Gate, openGate } from "./limits/gate.ts";
import { LogReading } from "./logs/reading.ts";
import { logRoutes } from "./logs/routes.ts";
import { LogService } from "./logs/service.ts";
import { Metrics } from "./metrics/metrics.ts";
import { metricsRoutes } from "./metrics/routes.ts";
import { namespaceRoutes } from "./namespaces/routes.ts";
import { NamespaceService } from "./namespaces/service.ts";
import type { Outbound } from "./outbound/fetch.ts";
import { providerRoutes } from "./providers/routes.ts";
import { ProviderService } from "./providers/service.ts";
import type { ProviderStore } from "./providers/store.ts";
import { resolvingRoutes } from "./resolving/routes.ts";
import { ResolvingService } from "./resolving/service.ts";
import { retentionRoutes } from "./retention/routes.ts";
import { RetentionService } from "./retention/service.ts";
import { revocationRoutes } from "./revocations/routes.ts";
import { RevocationService } from "./revocations/service.ts";
import { searchRoutes } from "./search/routes.ts";
import { SearchService } from "./search/service.ts";
import { authenticateWith } from "./tokens/authentication.ts";
import type { LastUses } from "./tokens/last-uses.ts";
import { tokenRoutes } from "./tokens/routes.ts";
import { everything } from "./tokens/scopes.ts";
import { TokenService } from "./tokens/service.ts";
import { ExchangeService } from "./trust/exchange.ts";
import { Issuers } from "./trust/issuers.ts";
import { trustRoutes } from "./trust/routes.ts";
import { TrustService } from "./trust/service.ts";
import type { Clock } from "./unit.ts";
import { PublishingService } from "./versions/publishing.ts";
import { versionRoutes } from "./versions/routes.ts";
import { VersionService } from "./versions/service.ts";
import { startDelivering } from "./webhooks/delivering.ts";
import type { Mailer } from "./webhooks/email.ts";
import { DeliveryService } from "./webhooks/replaying.ts";
import { webhookRoutes } from "./webhooks/routes.ts";
import { WebhookService } from "./webhooks/service.ts";

export type AppNeeds = {
  database: Database;
  log: Logger;
  clock: Clock;
  /** Whether requests need no token. */
  dev: boolean;
  incompleteTtlMs: number;
  /** How many bytes of the log of a build are kept. */
  maxLogSize: number;
  /** Where it is noted who resolves what; whoever gives it flushes it. */
  consumptions: Consumptions;
  /** Where it is noted which token is used; whoever gives it flushes it. */
  lastUses: LastUses;
  /** Where the bytes of files are, and how many one may have. */
  files: FileStore;
  maxFileSize: number;
  /** Where releases of Terraform providers are, when they are offered. */
  providers?: ProviderStore | undefined;
  /** How the registry sends requests to others. */
  outbound: Outbound;
  /** How it sends e-mail, when it can. */
  mail?: Mailer | undefined;
  /** What is done outside of requests; whoever gives it stops it. */
  jobs: Jobs;
  /** Aborted when the server ends, before it waits for the requests under way. */
  closing: AbortSignal;
  /** What limits requests; without one there are no limits. */
  gate?: Gate;
  metrics?: Metrics;
};

/** Makes the HTTP application of the registry; it opens no port. */
export function createApp(appNeeds: AppNeeds): Hono {
  const { database, log, clock, dev, incompleteTtlMs, consumptions, lastUses } = appNeeds;
  const { metrics = new Metrics(), gate = openGate() } = appNeeds;
  const app = new Hono({ router: new FixedFirstRouter() });
  const needs: RouteNeeds = {
    log,
    authenticate: dev
      ? () => ({ name: "dev", scopes: everything })
      : authenticateWith({ database, clock, lastUses }),
    isUnavailable: database.isUnavailable,
    closing: appNeeds.closing,
    gate,
    durations: metrics.durations("waybill_http_request_duration_seconds", "Time until there was an answer"),
  };
  const register = registerOn(app, needs);
  const versions = new VersionService(database, clock, incompleteTtlMs);
  artifactRoutes(register, new ArtifactService(database, clock));
  const publishing = new PublishingService(database, clock, incompleteTtlMs);
  versionRoutes(register, versions, publishing);
  buildRoutes(register, versions, publishing, new FailingService(database, clock, incompleteTtlMs));
  resolvingRoutes(register, new ResolvingService(database, clock, consumptions));
  imageRoutes(register, new ImageService(database));
  documentRoutes(register, new DocumentService(database, clock));
  const logs = new LogService(database, clock, incompleteTtlMs, appNeeds.maxLogSize);
  logRoutes(register, logs, new LogReading(database, clock, incompleteTtlMs));
  fileRoutes(register, new FileService(database, appNeeds.files, clock, appNeeds.maxFileSize));
  ancestryRoutes(register, new AncestryService(database, clock));
  consumerRoutes(register, new ConsumerService(database, consumptions));
  searchRoutes(register, new SearchService(database, clock));
  channelRoutes(register, new ChannelService(database, clock));
  revocationRoutes(register, new RevocationService(database, clock));
  comparingRoutes(register, new ComparingService(database));
  tokenRoutes(register, new TokenService(database, clock, lastUses));
  const issuers = new Issuers(appNeeds.outbound, clock, log);
  const exchange = new ExchangeService({ database, clock, issuers, log });
  trustRoutes(register, new TrustService(database, clock), exchange);
  namespaceRoutes(register, new NamespaceService(database, clock));
  retentionRoutes(register, new RetentionService(database, clock, consumptions));
  eventRoutes(register, new EventService(database));
  const sending = { database, clock, jobs: appNeeds.jobs, outbound: appNeeds.outbound, mail: appNeeds.mail };
  webhookRoutes(register, new WebhookService(sending), new DeliveryService(sending));
  startDelivering(sending);
  providerRoutes(register, new ProviderService(appNeeds.providers));
  let document: (ReturnType<typeof openApiDocument> & Record<string, unknown>) | undefined;
  healthRoutes(register, database.ping, () => {
    document ??= { ...openApiDocument() };
    return document;
  });
  metricsRoutes(register, metrics);
  app.notFound((c) => {
    const headers = answerHeaders(randomUUID());
    const problem = noRoute(app, c.req.method, c.req.path);
    const told = gate.judge(problem, c, performance.now(), headers);
    return holdRefusal(told, toProblemResponse(told, headers, needs));
  });
  app.onError((error) => toProblemResponse(error, answerHeaders(randomUUID()), needs));
  return app;
}

/** Why nothing answers: the path is unknown, or it does not have the method. */
function noRoute(app: Hono, method: string, path: string): Problem {
  const methods = new Set(contracts.map((contract) => contract.method.toUpperCase()));
  const allow = [...methods].filter((other) => app.router.match(other, path)[0].length > 0).join(", ");
  if (allow === "") return new Problem("not_found", `There is no route ${path}; /openapi.json lists all.`);
  return new Problem("method_not_allowed", `${path} does not have ${method}; it has ${allow}.`, { allow });
}
