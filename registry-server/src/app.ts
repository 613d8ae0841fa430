import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Logger } from "pino";
import { ancestryRoutes } from "./ancestry/routes.ts";
import { AncestryService } from "./ancestry/service.ts";
import { artifactRoutes } from "./artifacts/routes.ts";
import { ArtifactService } from "./artifacts/service.ts";
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
import { type RouteNeeds, registerOn, toProblemResponse } from "./http/contract.ts";
import { healthRoutes } from "./http/health.ts";
import { contracts, openApiDocument } from "./http/openapi.ts";
import { Problem } from "./http/problem.ts";
import { imageRoutes } from "./images/routes.ts";
import { ImageService } from "./images/service.ts";
import { resolvingRoutes } from "./resolving/routes.ts";
import { ResolvingService } from "./resolving/service.ts";
import { retentionRoutes } from "./retention/routes.ts";
import { RetentionService } from "./retention/service.ts";
import { revocationRoutes } from "./revocations/routes.ts";
import { RevocationService } from "./revocations/service.ts";
import { searchRoutes } from "./search/routes.ts";
import { SearchService } from "./search/service.ts";
import { everything } from "./tokens/scopes.ts";
import { authenticate } from "./tokens/service.ts";
import type { Clock } from "./unit.ts";
import { versionRoutes } from "./versions/routes.ts";
import { VersionService } from "./versions/service.ts";

export type AppNeeds = {
  database: Database;
  log: Logger;
  clock: Clock;
  /** Whether requests need no token. */
  dev: boolean;
  incompleteTtlMs: number;
  /** Where it is noted who resolves what; whoever gives it flushes it. */
  consumptions: Consumptions;
};

/** Makes the HTTP application of the registry; it opens no port. */
export function createApp(appNeeds: AppNeeds): Hono {
  const { database, log, clock, dev, incompleteTtlMs, consumptions } = appNeeds;
  const app = new Hono();
  const needs: RouteNeeds = {
    log,
    authenticate: dev
      ? async () => ({ name: "dev", scopes: everything })
      : (authorization) => authenticate(database, authorization),
    isUnavailable: database.isUnavailable,
  };
  const register = registerOn(app, needs);
  const versions = new VersionService(database, clock, incompleteTtlMs);
  artifactRoutes(register, new ArtifactService(database, clock));
  versionRoutes(register, versions);
  buildRoutes(register, versions);
  resolvingRoutes(register, new ResolvingService(database, clock, consumptions));
  imageRoutes(register, new ImageService(database));
  documentRoutes(register, new DocumentService(database, clock));
  ancestryRoutes(register, new AncestryService(database, clock));
  consumerRoutes(register, new ConsumerService(database, consumptions));
  searchRoutes(register, new SearchService(database, clock));
  channelRoutes(register, new ChannelService(database, clock));
  revocationRoutes(register, new RevocationService(database, clock));
  comparingRoutes(register, new ComparingService(database));
  retentionRoutes(register, new RetentionService(database, clock, consumptions));
  let document: ReturnType<typeof openApiDocument> | undefined;
  healthRoutes(register, database.ping, () => {
    document ??= openApiDocument();
    return { ...document };
  });
  refuseOtherMethods(app, needs);
  app.notFound((c) => {
    const problem = new Problem("not_found", `There is no route ${c.req.path}; /openapi.json lists all.`);
    return toProblemResponse(problem, randomUUID(), needs);
  });
  app.onError((error) => toProblemResponse(error, randomUUID(), needs));
  return app;
}

/** Answers 405 where a path exists and the method does not. */
function refuseOtherMethods(app: Hono, needs: RouteNeeds): void {
  const byPath = Map.groupBy(contracts, (contract) => contract.path.replaceAll(/\{(\w+)\}/g, ":$1"));
  for (const [path, routes] of byPath) {
    const allow = routes.map((route) => route.method.toUpperCase()).join(", ");
    app.all(path, (c) => {
      const detail = `${c.req.path} does not have ${c.req.method}; it has ${allow}.`;
      return toProblemResponse(new Problem("method_not_allowed", detail, { allow }), randomUUID(), needs);
    });
  }
}
