import { createRoute, z } from "@hono/zod-openapi";
import { productVersion } from "../version.ts";
import type { Register } from "./contract.ts";
import { Problem } from "./problem.ts";
import { json, problems } from "./responses.ts";

const HealthSchema = z
  .object({ status: z.literal("ok"), version: z.string() })
  .openapi("Health", { example: { status: "ok", version: "0.1.0" } });

const tags = ["operations"];
const example = { status: "ok", version: "0.1.0" };

export const getHealth = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "getHealth",
  "x-unlimited": true,
  tags,
  security: [],
  summary: "Whether the server is up",
  responses: { 200: json(HealthSchema, "It is", example), ...problems("internal") },
});

export const getReadiness = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "getReadiness",
  "x-unlimited": true,
  tags,
  security: [],
  summary: "Whether the server can answer: its database does",
  responses: { 200: json(HealthSchema, "It can", example), ...problems("unavailable") },
});

export const getOpenApi = createRoute({
  method: "get",
  path: "/openapi.json",
  operationId: "getOpenApi",
  tags,
  security: [],
  summary: "This document",
  responses: {
    200: json(z.looseObject({ openapi: z.string() }), "An OpenAPI 3.1 document", { openapi: "3.1.0" }),
    304: { description: "It is what `If-None-Match` names" },
    ...problems("too_many_requests", "internal", "unavailable"),
  },
});

/** What {@link getOpenApi} answers. */
type ApiDocument = { openapi: string; [key: string]: unknown };

/**
 * Adds the routes for operations. Anybody may ask, as often as he likes, so none of them costs more for that.
 *
 * @param document always the same object, so that it is written once
 */
export function healthRoutes(
  register: Register,
  ping: () => Promise<void>,
  document: () => ApiDocument,
): void {
  let pinging: Promise<void> | undefined;
  const healthy = { status: "ok", version: productVersion } as const;

  register(getHealth, async () => ({ status: 200, body: healthy }));

  register(getReadiness, async () => {
    try {
      pinging ??= ping().finally(() => {
        pinging = undefined;
      });
      await pinging;
    } catch {
      throw new Problem("unavailable", "The database does not answer.");
    }
    return { status: 200, body: healthy };
  });

  register(getOpenApi, async () => ({ status: 200, body: document() }));
}
