import { z } from "@hono/zod-openapi";
import { actionPattern, eventExample } from "../events/schema.ts";
import { cursor, description, limit, moment, page, printable, timestamp } from "../http/schema.ts";
import { ScopeSchema } from "../tokens/schema.ts";

const mostPatterns = 100;
const mostRecipients = 50;
/** What reaches people when nothing else is asked for: publications, promotions and revocations. */
export const defaultEvents = ["version.completed", "channel.assigned", "revocation.effective"];

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be 1 to 63 of a-z, 0-9, dot, underscore and hyphen, and start with a letter or a digit",
  )
  .openapi({ example: "deployer" });

const accepted = "must be an http or https URL without a user and a password";
const url = z
  .string()
  .max(2048, "must be at most 2048 characters")
  .refine(isUsable, accepted)
  .openapi({ example: "https://ci.example.com/hooks/waybill", pattern: "^https?://.+$" });

function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

const recipients = z
  .array(z.email("must be an e-mail address such as web-team@example.com").max(254))
  .max(mostRecipients, `must be at most ${mostRecipients} addresses`);

const tooMany = `must be at most ${mostPatterns} patterns`;
const events = z
  .array(actionPattern)
  .min(1, "must name at least one kind of event")
  .max(mostPatterns, tooMany)
  .openapi({ example: ["version.completed", "channel.*"] });
const artifacts = z
  .array(ScopeSchema.shape.pattern)
  .min(1, "must name at least one artifact, or be left out for all")
  .max(mostPatterns, tooMany)
  .openapi({ example: ["hashicorp", "team/web-*"], description: "What is about no artifact is only in `*`" });

const format = z.enum(["standard", "slack", "email"]).openapi({
  description: "`standard`: the event, signed as Standard Webhooks say; `slack`, `email`: for people to read",
});

export const webhookExample = {
  name: "deployer",
  format: "standard" as const,
  url: "https://ci.example.com/hooks/waybill",
  recipients: [],
  events: ["version.completed", "channel.*"],
  artifacts: ["hashicorp"],
  description: "Deploys what is promoted",
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  failures: 0,
  earlier_secrets_until: [],
  created_at: "2026-01-31T12:00:00.000Z",
  updated_at: "2026-01-31T12:00:00.000Z",
};

export const WebhookSchema = z
  .object({
    name: z.string(),
    format,
    url: z
      .string()
      .nullable()
      .openapi({ description: "Without what may be a secret: the path of Slack, a query" }),
    recipients: z.array(z.string()),
    events: z.array(z.string()),
    artifacts: z.array(z.string()),
    description: z.string().nullable(),
    enabled: z.boolean(),
    disabled_at: timestamp.nullable(),
    disabled_reason: z.string().nullable(),
    failing_since: timestamp.nullable().openapi({ description: "The first failure since the last success" }),
    failures: z.int().openapi({ description: "Attempts in a row that failed" }),
    earlier_secrets_until: z
      .array(timestamp)
      .openapi({ description: "Until when earlier secrets sign, too" }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi("Webhook");

export type Webhook = z.output<typeof WebhookSchema>;
export const WebhookPage = page(WebhookSchema, "WebhookPage");

const secret = z
  .string()
  .openapi({ description: "Shown this once; a verifier of Standard Webhooks takes it as it is" });
const secretRule = "must be whsec_ and 24 to 64 random bytes in base64, as Standard Webhooks have it";
/** Groups of four digits are three bytes; an incomplete one at the end is one or two. */
const base64 = "[A-Za-z0-9+/]";
const whole = (most: number) => `(${base64}{4}){8,${most}}`;
const givenSecret = z
  .string()
  .regex(new RegExp(`^whsec_(${whole(21)}(${base64}{2}==)?|${whole(20)}${base64}{3}=)$`), secretRule);
export const secretExample = `whsec_${"x".repeat(43)}=`;
const ofOwnMaking = "A secret of your own making, for tools that keep it elsewhere; without it one is made";
export const CreatedWebhookSchema = WebhookSchema.extend({
  secret: secret.nullable().openapi({ description: "Null for formats that are not signed" }),
}).openapi("CreatedWebhook");

export const NewWebhookSchema = z
  .strictObject({
    name,
    format: format.default("standard"),
    url: url.optional(),
    recipients: recipients.default([]),
    events: events.default(defaultEvents),
    artifacts: artifacts.default(["*"]),
    description: description.optional(),
    secret: givenSecret.optional().openapi({ example: secretExample, description: ofOwnMaking }),
  })
  .superRefine((webhook, context) => {
    const isEmail = webhook.format === "email";
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (isEmail && webhook.recipients.length === 0) refuse("recipients", "must have at least one address");
    if (isEmail && webhook.url !== undefined) refuse("url", "is not for e-mail, which has recipients");
    if (!isEmail && webhook.url === undefined) refuse("url", "is missing");
    if (!isEmail && webhook.recipients.length > 0) refuse("recipients", "are only for the format email");
    if (webhook.format !== "standard" && webhook.secret !== undefined)
      refuse("secret", "is only for the format standard: others are not signed");
  })
  .openapi("NewWebhook");
export type NewWebhook = z.output<typeof NewWebhookSchema>;

export const WebhookChangeSchema = z
  .strictObject({
    url: url.optional(),
    recipients: recipients.min(1, "must have at least one address").optional(),
    events: events.optional(),
    artifacts: artifacts.optional(),
    description: description.nullable().optional(),
    enabled: z
      .boolean()
      .optional()
      .openapi({ description: "True begins anew: what failed before counts no more" }),
  })
  .openapi("WebhookChange");
export type WebhookChange = z.output<typeof WebhookChangeSchema>;

const mostOverlapHours = 30 * 24;
export const RotationSchema = z
  .strictObject({
    overlap_hours: z
      .int("must be a whole number")
      .min(0, "must be at least 0")
      .max(mostOverlapHours, `must be at most ${mostOverlapHours}`)
      .default(24)
      .openapi({ description: "For how long what is sent is signed with the earlier secret, too" }),
    secret: givenSecret.optional().openapi({ example: secretExample, description: ofOwnMaking }),
  })
  .openapi("SecretRotation");
export type Rotation = z.output<typeof RotationSchema>;
export const SecretSchema = z
  .object({
    secret,
    earlier_until: timestamp.openapi({ description: "Until when earlier secrets sign, too" }),
  })
  .openapi("WebhookSecret");

export const attemptExample = {
  number: 1,
  at: "2026-01-31T12:00:01.000Z",
  milliseconds: 84,
  status: 503,
  error: "It answered 503.",
  answer: "the queue is full",
};
export const AttemptSchema = z
  .object({
    number: z.int().openapi({ description: "From 1; 0 for a test" }),
    at: timestamp,
    milliseconds: z.int(),
    status: z.int().nullable().openapi({ description: "Of the answer; null when there was none" }),
    error: z.string().nullable().openapi({ description: "Null when it was delivered" }),
    answer: z.string().nullable().openapi({ description: "How the answer began" }),
  })
  .openapi("DeliveryAttempt");
export type Attempt = z.output<typeof AttemptSchema>;

const state = z.enum(["waiting", "delivered", "failed"]);
export const deliveryExample = {
  id: "msg_8f3c1f0e9d5b4c39a2f56f1d2f0e7c11",
  state: "waiting" as const,
  event: { id: eventExample.id, action: eventExample.action, artifact: eventExample.artifact },
  created_at: "2026-01-31T12:00:00.000Z",
  next_attempt_at: "2026-01-31T12:00:05.000Z",
  ended_at: null,
  attempts: [attemptExample],
};
export const DeliverySchema = z
  .object({
    id: z.string().openapi({ description: "What the receiver gets as `webhook-id`, with every attempt" }),
    state,
    event: z.object({ id: z.int(), action: z.string(), artifact: z.string().nullable() }),
    created_at: timestamp,
    next_attempt_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    attempts: z.array(AttemptSchema).openapi({ description: "The last one first" }),
  })
  .openapi("Delivery");
export type Delivery = z.output<typeof DeliverySchema>;
export const DeliveryPage = page(DeliverySchema, "DeliveryPage");

export const ReplaySchema = z
  .strictObject({
    delivery: z.string().max(64).optional().openapi({ description: "This one, whatever became of it" }),
    since: moment
      .optional()
      .openapi({ description: "All events from this moment on that the webhook chooses" }),
    until: moment.optional().openapi({ description: "Before this moment; default now" }),
    delivered: z.boolean().optional().openapi({ description: "With `since`: also what was delivered" }),
  })
  .refine((replay) => (replay.delivery === undefined) !== (replay.since === undefined), {
    message: "must have either delivery or since",
  })
  .openapi("Replay");
export type Replay = z.output<typeof ReplaySchema>;
export const ReplayedSchema = z.object({ replayed: z.int() }).openapi("Replayed");

export const webhookParams = z.object({ webhook: name });
export const deliveryParams = webhookParams.extend({
  delivery: printable(1, 64).openapi({ example: deliveryExample.id }),
});
export const webhooksQuery = z.strictObject({ limit, cursor });
export const deliveriesQuery = z.strictObject({ state: state.optional(), limit, cursor });
