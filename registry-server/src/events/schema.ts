import { z } from "@hono/zod-openapi";
import { cursor, limit, moment, page, printable, timestamp } from "../http/schema.ts";
import { ScopeSchema } from "../tokens/schema.ts";
import { actionsOf } from "./filter.ts";
import { eventActions } from "./store.ts";

export const eventExample = {
  id: 4711,
  at: "2026-01-31T12:00:00.000Z",
  actor: "ci-web",
  request_id: "0b6d3f1c-7c1e-4a0e-9a51-2f3b8c1d9e77",
  action: "version.completed" as const,
  artifact: "hashicorp/web",
  number: 12,
  fingerprint: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
  detail: {
    before: { expected_builds: ["amazon-ebs.web"] },
    after: { number: 12, semver: "1.4.0", latest: "true", builds: ["amazon-ebs.web"] },
  },
  cause_id: null,
};

const part = z.record(z.string(), z.unknown());

export const EventSchema = z
  .object({
    id: z.int(),
    at: timestamp,
    actor: z
      .string()
      .openapi({ description: "The name of the token; `server` for what the registry does by itself" }),
    request_id: z.string().openapi({ description: "As in the log and in `X-Request-Id`" }),
    action: z.enum(eventActions),
    artifact: z
      .string()
      .nullable()
      .openapi({ description: "Null for what is about no artifact, such as tokens" }),
    number: z.int().nullable().openapi({ description: "The version's, once it has one" }),
    fingerprint: z.string().nullable().openapi({ description: "The version's" }),
    detail: z
      .object({ before: part.optional(), after: part.optional(), reason: z.string().optional() })
      .openapi({ description: "What was there before, what is there after, and why" }),
    cause_id: z.int().nullable().openapi({ description: "The event that caused this one" }),
  })
  .openapi("Event");

export type Event = z.output<typeof EventSchema>;

export const EventPage = page(EventSchema, "EventPage");

const mostActions = 50;
const known = `must be "*", an action such as "version.completed", or all of a kind such as "version.*"; the actions are ${eventActions.join(", ")}`;

/** What `actionsOf` knows, for the API document. */
const actionPatterns = `^(\\*|${[
  ...new Set(eventActions.map((action) => `${action.split(".")[0]}.*`)),
  ...eventActions,
]
  .map((text) => text.replaceAll(/[.*]/g, "\\$&"))
  .join("|")})$`;

/** Which actions: one, or all of a kind, or all. */
export const actionPattern = z
  .string()
  .refine((text) => actionsOf(text).length > 0, known)
  .openapi({ example: "version.*", pattern: actionPatterns });

const filters = {
  artifact: ScopeSchema.shape.pattern.optional().openapi({
    example: "hashicorp/web",
    description: "An artifact, a namespace, or either with `*` at its end",
  }),
  actor: printable(1, 255).optional().openapi({ example: "ci-web" }),
  action: z
    .union([
      actionPattern,
      z.array(actionPattern).max(mostActions, `must be given at most ${mostActions} times`),
    ])
    .transform((given) => [given].flat())
    .optional()
    .openapi({
      type: "array",
      items: { type: "string", pattern: actionPatterns },
      minItems: 1,
      maxItems: mostActions,
      example: ["version.*"],
    }),
};
const times = {
  since: moment.optional().openapi({ description: "From this moment on" }),
  until: moment.optional().openapi({ description: "Before this moment" }),
};

const eventId = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,14})$/, "must be the id of an event")
  .transform(Number)
  .openapi({ type: "integer", minimum: 0, maximum: 999_999_999_999_999, example: 4711 });

export const eventsQuery = z.strictObject({ ...filters, ...times, limit, cursor });
export const followQuery = z.strictObject(filters);
export const exportQuery = z.strictObject({
  ...filters,
  ...times,
  after: eventId
    .optional()
    .openapi({ description: "Only what follows this event: the last one of the export before" }),
});
export const followHeaders = z.object({
  "last-event-id": eventId.optional().openapi({
    description: "Go on after this event; 0 from the first on. Without it, what happens from now on",
  }),
});

export type EventQuery = Partial<z.output<typeof eventsQuery>>;
