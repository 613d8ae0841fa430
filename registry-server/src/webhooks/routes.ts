import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import type { DeliveryService } from "./replaying.ts";
import * as schema from "./schema.ts";
import type { WebhookService } from "./service.ts";

const needs = { "x-scope": "admin", "x-scope-on": "registry" } as const;
const common = { tags: ["webhooks"], ...needs };
const path = "/v1/webhooks/{webhook}";
const params = schema.webhookParams;
const notFound = problems("webhook_not_found");
const { webhookExample, deliveryExample } = schema;
const webhookAnswer = json(schema.WebhookSchema, "The webhook", webhookExample);

export const createWebhook = createRoute({
  ...common,
  method: "post",
  path: "/v1/webhooks",
  operationId: "createWebhook",
  summary: "Have events sent somewhere; the secret is shown this once",
  description:
    "Deliveries are stored with the event that causes them, and tried for about three days. Requests go to public addresses only, and to networks that the operator allows.",
  request: {
    body: jsonBody(schema.NewWebhookSchema, {
      name: webhookExample.name,
      url: webhookExample.url,
      events: webhookExample.events,
      artifacts: webhookExample.artifacts,
    }),
  },
  responses: {
    201: json(schema.CreatedWebhookSchema, "The webhook", {
      ...webhookExample,
      secret: schema.secretExample,
    }),
    ...commonProblems,
    ...bodyProblems,
    ...problems("webhook_exists"),
  },
});

export const listWebhooks = createRoute({
  ...common,
  method: "get",
  path: "/v1/webhooks",
  operationId: "listWebhooks",
  summary: "Webhooks by name",
  request: { query: schema.webhooksQuery },
  responses: {
    200: json(schema.WebhookPage, "A page of webhooks", { items: [webhookExample], next_cursor: null }),
    ...commonProblems,
  },
});

export const getWebhook = createRoute({
  ...common,
  method: "get",
  path,
  operationId: "getWebhook",
  summary: "A webhook, and how it fares",
  request: { params },
  responses: { 200: webhookAnswer, ...commonProblems, ...notFound },
});

export const changeWebhook = createRoute({
  ...common,
  method: "patch",
  path,
  operationId: "changeWebhook",
  summary: "Change, disable or enable a webhook",
  description: "What a disabled webhook missed can be replayed once it is enabled.",
  request: { params, body: jsonBody(schema.WebhookChangeSchema, { events: ["version.*"], enabled: true }) },
  responses: { 200: webhookAnswer, ...commonProblems, ...bodyProblems, ...notFound },
});

export const deleteWebhook = createRoute({
  ...common,
  method: "delete",
  path,
  operationId: "deleteWebhook",
  summary: "Delete a webhook with its deliveries",
  request: { params },
  responses: { 204: { description: "It is gone" }, ...commonProblems, ...notFound },
});

export const testWebhook = createRoute({
  ...common,
  method: "post",
  path: `${path}/test`,
  operationId: "testWebhook",
  summary: "Send a test at once, and see what becomes of it",
  request: { params },
  responses: {
    200: json(schema.AttemptSchema, "How it went", { ...schema.attemptExample, number: 0 }),
    ...commonProblems,
    ...notFound,
  },
});

export const rotateWebhookSecret = createRoute({
  ...common,
  method: "post",
  path: `${path}/rotate-secret`,
  operationId: "rotateWebhookSecret",
  summary: "Make a new secret; earlier ones sign, too, until the overlap is over",
  description:
    "A secret that is the present one already changes nothing, so a rotation that brings one may be sent again.",
  request: { params, body: jsonBody(schema.RotationSchema, { overlap_hours: 24 }) },
  responses: {
    200: json(schema.SecretSchema, "The new secret, shown this once", {
      secret: schema.secretExample,
      earlier_until: "2026-02-01T12:00:00.000Z",
    }),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
  },
});

export const listDeliveries = createRoute({
  ...common,
  method: "get",
  path: `${path}/deliveries`,
  operationId: "listDeliveries",
  summary: "What a webhook delivers, with every attempt, the newest first",
  description: "A delivery is forgotten 30 days after its end.",
  request: { params, query: schema.deliveriesQuery },
  responses: {
    200: json(schema.DeliveryPage, "A page of deliveries", { items: [deliveryExample], next_cursor: null }),
    ...commonProblems,
    ...notFound,
  },
});

export const getDelivery = createRoute({
  ...common,
  method: "get",
  path: `${path}/deliveries/{delivery}`,
  operationId: "getDelivery",
  summary: "A delivery with every attempt",
  request: { params: schema.deliveryParams },
  responses: {
    200: json(schema.DeliverySchema, "The delivery", deliveryExample),
    ...commonProblems,
    ...problems("webhook_not_found", "delivery_not_found"),
  },
});

export const replayDeliveries = createRoute({
  ...common,
  method: "post",
  path: `${path}/replay`,
  operationId: "replayDeliveries",
  summary: "Deliver again: one message, or what was not delivered since a moment",
  description: "Messages keep their ids, so a receiver that has one already can tell.",
  request: { params, body: jsonBody(schema.ReplaySchema, { since: "2026-01-31T12:00:00.000Z" }) },
  responses: {
    200: json(schema.ReplayedSchema, "How many are delivered again", { replayed: 3 }),
    ...commonProblems,
    ...bodyProblems,
    ...problems("webhook_not_found", "delivery_not_found", "webhook_disabled"),
  },
});

/** Adds the routes of webhooks. */
export function webhookRoutes(
  register: Register,
  webhooks: WebhookService,
  deliveries: DeliveryService,
): void {
  register(createWebhook, async ({ body, caller }) => ({
    status: 201,
    body: await webhooks.create(body, caller),
  }));
  register(listWebhooks, async ({ query }) => ({ status: 200, body: await webhooks.list(query) }));
  register(getWebhook, async ({ params }) => ({ status: 200, body: await webhooks.get(params.webhook) }));
  register(changeWebhook, async ({ params, body, caller }) => ({
    status: 200,
    body: await webhooks.change(params.webhook, body, caller),
  }));
  register(deleteWebhook, async ({ params, caller }) => {
    await webhooks.delete(params.webhook, caller);
    return { status: 204 };
  });
  register(testWebhook, async ({ params, caller }) => ({
    status: 200,
    body: await deliveries.test(params.webhook, caller),
  }));
  register(rotateWebhookSecret, async ({ params, body, caller }) => ({
    status: 200,
    body: await webhooks.rotateSecret(params.webhook, body, caller),
  }));
  register(listDeliveries, async ({ params, query }) => ({
    status: 200,
    body: await deliveries.list(params.webhook, query),
  }));
  register(getDelivery, async ({ params }) => ({
    status: 200,
    body: await deliveries.get(params.webhook, params.delivery),
  }));
  register(replayDeliveries, async ({ params, body }) => ({
    status: 200,
    body: { replayed: await deliveries.replay(params.webhook, body) },
  }));
}
