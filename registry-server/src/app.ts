import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Logger } from "pino";
import { artifactRoutes } from "./artifacts/routes.ts";
import { ArtifactService } from "./artifacts/service.ts";
import { buildRoutes } from "./builds/routes.ts";
import type { Database } from "./database/database.ts";
import { toProblemResponse } from "./http/answers.ts";
import { type RouteNeeds, registerOn } from "./http/contract.ts";
import { healthRoutes } from "./http/health.ts";
import { contracts, openApiDocument } from "./http/openapi.ts";
import { Problem } from "./http/problem.ts";
import { imageRoutes } from "./images/routes.ts";
import { ImageService } from "./images/service.ts";
import { resolvingRoutes } from "./resolving/routes.ts";
import { ResolvingService } from "./resolving/service.ts";
import { authenticate } from "./tokens/service.ts";
import type { Clock } from "./unit.ts";
import { PublishingService } from "./versions/publishing.ts";
import { versionRoutes } from "./versions/routes.ts";
import { VersionService } from "./versions/service.ts";

export type AppNeeds = {
  database: Database;
  log: Logger;
  clock: Clock;
  /** Whether requests need no token. */
  dev: boolean;
  incompleteTtlMs: number;
};

/** Makes the HTTP application of the registry; it opens no port. */
export function createApp({ database, log, clock, dev, incompleteTtlMs }: AppNeeds): Hono {
  const app = new Hono();
  const needs: RouteNeeds = {
    log,
    authenticate: dev ? () => "dev" : (authorization) => authenticate(database, authorization),
    isUnavailable: database.isUnavailable,
  };
  const register = registerOn(app, needs);
  const versions = new VersionService(database, clock, incompleteTtlMs);
  artifactRoutes(register, new ArtifactService(database, clock));
  const publishing = new PublishingService(database, clock, incompleteTtlMs);
  versionRoutes(register, versions, publishing);
  buildRoutes(register, versions, publishing);
  resolvingRoutes(register, new ResolvingService(database));
  imageRoutes(register, new ImageService(database));
  let document: ReturnType<typeof openApiDocument> | undefined;
  healthRoutes(register, database.ping, () => {
    document ??= openApiDocument();
    return { ...document };
  });
  app.notFound((c) => toProblemResponse(noRoute(app, c.req.method, c.req.path), randomUUID(), needs));
  app.onError((error) => toProblemResponse(error, randomUUID(), needs));
  return app;
}

/** Why nothing answers: the path is unknown, or it does not have the method. */
function noRoute(app: Hono, method: string, path: string): Problem {
  const methods = new Set(contracts.map((contract) => contract.method.toUpperCase()));
  const allow = [...methods].filter((other) => app.router.match(other, path)[0].length > 0).join(", ");
  if (allow === "") return new Problem("not_found", `There is no route ${path}; /openapi.json lists all.`);
  return new Problem("method_not_allowed", `${path} does not have ${method}; it has ${allow}.`, { allow });
}
