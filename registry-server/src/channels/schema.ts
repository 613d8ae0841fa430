import { z } from "@hono/zod-openapi";
import { artifactType, region } from "../builds/schema.ts";
import {
  artifactParams,
  channelName,
  cursor,
  description,
  fingerprint,
  limit,
  page,
  printable,
  timestamp,
  versionNumber,
} from "../http/schema.ts";
import { RevocationSchema } from "../revocations/schema.ts";

const mostRuleItems = 64;
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .max(mostRuleItems, `must be at most ${mostRuleItems}`)
    .refine((items) => new Set(items).size === items.length, "must not name one twice")
    .openapi({ uniqueItems: true });

const rulesExample = {
  types: ["amazon.ami"],
  regions: ["us-east-1"],
  after: "staging",
  scope: "promote",
} as const;

export const ChannelRulesSchema = z
  .strictObject({
    types: list(artifactType)
      .optional()
      .openapi({ description: "Artifact types that a version must have a build of" }),
    regions: list(region).optional().openapi({ description: "Regions that a version must have an image in" }),
    after: channelName.optional().openapi({
      example: "staging",
      description: "A channel of the artifact that a version must have been on before",
    }),
    scope: z
      .enum(["publish", "promote"])
      .optional()
      .openapi({ description: "What a token needs to assign; default `promote`" }),
  })
  .openapi("ChannelRules", { example: rulesExample });

export type ChannelRules = z.output<typeof ChannelRulesSchema>;

export const channelExample = {
  artifact: "hashicorp/logstream",
  name: "production",
  managed: false,
  description: "What customers run",
  rules: rulesExample,
  version: {
    number: 7,
    semver: "1.4.0",
    fingerprint: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
    revocation: null,
  },
  revision: 12,
  assigned_at: "2026-01-31T12:00:00.000Z",
  assigned_by: "ci",
  reason: "release 1.4",
  created_at: "2026-01-01T09:00:00.000Z",
  updated_at: "2026-01-31T12:00:00.000Z",
};

export const ChannelSchema = z
  .object({
    artifact: z.string(),
    name: z.string(),
    managed: z.boolean().openapi({ description: "True for `latest`, which the server keeps" }),
    description: z.string().nullable(),
    rules: ChannelRulesSchema,
    version: z
      .object({
        number: z.int(),
        semver: z.string().nullable(),
        fingerprint: z.string(),
        revocation: RevocationSchema.nullable(),
      })
      .nullable()
      .openapi({ description: "What it points at; null: nowhere" }),
    revision: z.int().openapi({ description: "Grows with every change; `If-Match` takes it in quotes" }),
    assigned_at: timestamp.nullable(),
    assigned_by: z.string().nullable(),
    reason: z.string().nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi("Channel");

export type Channel = z.output<typeof ChannelSchema>;

export const ChannelPage = page(ChannelSchema, "ChannelPage");

export const assignmentKinds = ["assign", "promote", "rollback", "revocation"] as const;

export const assignmentExample = {
  number: 7,
  semver: "1.4.0",
  kind: "promote",
  assigned_at: "2026-01-31T12:00:00.000Z",
  assigned_by: "ci",
  reason: "release 1.4",
  source_channel: "staging",
  cause: null,
} as const;

export const AssignmentSchema = z
  .object({
    number: z.int().nullable().openapi({ description: "Null: since then it points nowhere" }),
    semver: z.string().nullable(),
    kind: z.enum(assignmentKinds),
    assigned_at: timestamp,
    assigned_by: z.string(),
    reason: z.string().nullable(),
    source_channel: z.string().nullable().openapi({ description: "The channel it was promoted from" }),
    cause: z.string().nullable().openapi({ description: "The event that caused it, such as a revocation" }),
  })
  .openapi("Assignment");

export type Assignment = z.output<typeof AssignmentSchema>;

export const AssignmentPage = page(AssignmentSchema, "AssignmentPage");

const reason = printable(1, 1024).openapi({ example: "release 1.4" });

export const ChannelChangeSchema = z
  .strictObject({
    description: description.nullable().optional(),
    rules: ChannelRulesSchema.optional().openapi({ description: "All of them: they replace those before" }),
    version: versionNumber.nullable().optional().openapi({
      description: "What to point at, null for nowhere; without it the channel stays where it is",
    }),
    fingerprint: fingerprint.optional().openapi({ description: "The version by its fingerprint instead" }),
    reason: reason.optional(),
  })
  .refine((body) => body.version === undefined || body.fingerprint === undefined, {
    message: "must not be given together with version: name the version once",
    path: ["fingerprint"],
  })
  .openapi("ChannelChange");

export type ChannelChange = z.output<typeof ChannelChangeSchema>;

export const PromoteSchema = z
  .strictObject({ from: channelName.openapi({ example: "staging" }), reason: reason.optional() })
  .openapi("Promote");

export const RollbackSchema = z
  .strictObject({ to: versionNumber.optional(), reason: reason.optional() })
  .openapi("Rollback");

export const RolledBackSchema = z
  .object({
    channel: ChannelSchema,
    skipped: z
      .array(z.object({ number: z.int(), reason: z.string() }))
      .openapi({ description: "Newer versions that were passed over, with the reason" }),
  })
  .openapi("RolledBack");

export type Skipped = z.output<typeof RolledBackSchema>["skipped"];

export const channelParams = artifactParams.extend({ channel: channelName });
export const channelListQuery = z.strictObject({ limit, cursor });

/** The revision that a change is for: a number, or any. */
export type IfMatch = number | "*" | undefined;

const ifMatchPattern = /^(\*|(W\/)?"[0-9]{1,10}(\.[A-Za-z0-9_-]+)?")$/;

/** `If-Match`: the ETag of a channel, its revision in quotes, or `*`. */
export const ifMatchHeaders = z.object({
  "if-match": z
    .string()
    .regex(ifMatchPattern, 'must be one ETag of the channel, its revision in quotes such as "12", or *')
    .transform((text): Exclude<IfMatch, undefined> => (text === "*" ? "*" : Number(/[0-9]+/.exec(text)?.[0])))
    .optional()
    .openapi({
      type: "string",
      pattern: ifMatchPattern.source,
      example: '"12"',
      description:
        "Only if the channel is still as it was read: its ETag or its revision in quotes; `*`: whatever it is",
    }),
});
