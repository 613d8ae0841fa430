import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { eventStreamAnswer } from "../http/event-stream.ts";
import { jsonLinesAnswer } from "../http/json-lines.ts";
import { commonProblems, json } from "../http/responses.ts";
import { EventPage, eventExample, eventsQuery, exportQuery, followHeaders, followQuery } from "./schema.ts";
import type { EventService } from "./service.ts";

const tags = ["events"];
const needs = { "x-scope": "read", "x-scope-on": "reach", "x-anonymous": false } as const;
const sees =
  "Whoever may read an artifact sees its events. Those about no artifact, such as tokens and webhooks, are for `admin` on `*`.";

export const listEvents = createRoute({
  method: "get",
  path: "/v1/events",
  operationId: "listEvents",
  ...needs,
  tags,
  summary: "What happened and who did it, the newest first",
  description: sees,
  request: { query: eventsQuery },
  responses: {
    200: json(EventPage, "A page of events", { items: [eventExample], next_cursor: null }),
    ...commonProblems,
  },
});

export const followEvents = createRoute({
  method: "get",
  path: "/v1/events/follow",
  operationId: "followEvents",
  ...needs,
  tags,
  summary: "Events as they happen",
  description: `${sees} Each comes once; its \`id\`, sent again as \`Last-Event-ID\`, goes on after it, with this or another server.`,
  request: { query: followQuery, headers: followHeaders },
  responses: {
    200: eventStreamAnswer("An event per message; a comment every 15 seconds keeps the connection open", {
      id: String(eventExample.id),
      data: JSON.stringify(eventExample),
    }),
    ...commonProblems,
  },
});

export const exportEvents = createRoute({
  method: "get",
  path: "/v1/events/export",
  operationId: "exportEvents",
  ...needs,
  tags,
  summary: "All events as JSON lines, the oldest first",
  description: `${sees} With \`after\` set to the last id of the export before, the next one has what is missing, and nothing twice.`,
  request: { query: exportQuery },
  responses: { 200: jsonLinesAnswer("An event per line", eventExample), ...commonProblems },
});

/** Adds the routes of events. */
export function eventRoutes(register: Register, events: EventService): void {
  register(listEvents, async ({ query, caller }) => ({
    status: 200,
    body: await events.list(query, caller),
  }));

  register(followEvents, ({ query, headers, caller }) => ({
    status: 200,
    body: events.follow(query, headers["last-event-id"], caller),
  }));

  register(exportEvents, ({ query, caller }) => ({ status: 200, body: events.export(query, caller) }));
}
