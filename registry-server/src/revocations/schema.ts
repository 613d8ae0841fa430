import { z } from "@hono/zod-openapi";
import { ConsumerSchema, consumerExample } from "../consumers/schema.ts";
import { moment, printable, timestamp, WarningSchema } from "../http/schema.ts";

const reason = printable(1, 1024).openapi({ example: "CVE-2026-1234 in the base image" });

export const causeExample = {
  artifact: "hashicorp/base",
  number: 12,
  own: false,
  reason: "CVE-2026-1234 in the base image",
  effective_at: "2026-02-01T00:00:00.000Z",
  revoked_by: "ci",
};

export const revocationExample = {
  revoked: true,
  revoked_at: "2026-02-01T00:00:00.000Z",
  reason: "CVE-2026-1234 in the base image",
  causes: [causeExample],
};

const CauseSchema = z
  .object({
    artifact: z.string().openapi({ description: "The version that was revoked: this one, or an ancestor" }),
    number: z.int(),
    own: z.boolean(),
    reason: z.string(),
    effective_at: timestamp,
    revoked_by: z.string(),
  })
  .openapi("RevocationCause", { example: causeExample });

/** What is known of a version that has at least one cause. */
export const RevocationSchema = z
  .object({
    revoked: z.boolean().openapi({ description: "Whether the time of at least one cause has come" }),
    revoked_at: timestamp.openapi({ description: "The earliest moment that a cause takes effect at" }),
    reason: z.string().openapi({ description: "The reason of that cause" }),
    causes: z.array(CauseSchema),
  })
  .openapi("Revocation", { example: revocationExample });

export type Revocation = z.output<typeof RevocationSchema>;

const RelatedSchema = z.object({ artifact: z.string(), number: z.int() });

/** The fields that every version has about revocation. */
export const revocationShape = {
  revocation: RevocationSchema.nullable(),
  revoked_ancestors: z
    .array(RelatedSchema)
    .openapi({ description: "Revoked versions that this one was built from, directly or not" }),
  revoked_ancestors_hidden: z
    .int()
    .openapi({ description: "How many more there are that the caller may not read" }),
};

export const notRevokedExample = { revocation: null, revoked_ancestors: [], revoked_ancestors_hidden: 0 };

export const RevocationStateSchema = z
  .object({
    artifact: z.string(),
    number: z.int(),
    revoked: z.boolean(),
    revoked_at: timestamp.nullable(),
    reason: z.string().nullable(),
    causes: z.array(CauseSchema),
    revoked_ancestors: revocationShape.revoked_ancestors,
    revoked_ancestors_hidden: revocationShape.revoked_ancestors_hidden,
  })
  .openapi("RevocationState");

export type RevocationState = z.output<typeof RevocationStateSchema>;

export const stateExample = {
  artifact: "hashicorp/logstream",
  number: 7,
  ...revocationExample,
  causes: [{ ...causeExample, artifact: "hashicorp/logstream", number: 7, own: true }],
  revoked_ancestors: [],
  revoked_ancestors_hidden: 0,
};

export const RevokeSchema = z
  .strictObject({
    reason,
    at: moment.optional().openapi({
      description:
        "From when on; without it, from now on. Not in the future while its revocation is in force",
    }),
    with_descendants: z.boolean().optional().openapi({
      description:
        "Whether versions built from it, in the same namespace, are revoked too, also those that appear later. Without it, an earlier choice stays",
    }),
    rollback_channels: z.boolean().optional().openapi({
      description: "Whether channels that point at what is revoked are rolled back at once; not with `at`",
    }),
  })
  .refine((body) => body.at === undefined || body.rollback_channels !== true, {
    message: "cannot be asked for together with at: channels are rolled back now or not at all",
    path: ["rollback_channels"],
  })
  .openapi("Revoke", {
    example: { reason: "CVE-2026-1234", with_descendants: true, rollback_channels: true },
  });

export type Revoke = z.output<typeof RevokeSchema>;

const skippedList = z.array(z.object({ number: z.int(), reason: z.string() }));

export const RevokedSchema = RevocationStateSchema.extend({
  descendants: z.int().openapi({ description: "How many descendants have a cause from this version" }),
  channels: z
    .array(
      z.object({
        artifact: z.string(),
        channel: z.string(),
        from: z.int(),
        to: z.int().nullable().openapi({ description: "Null: there was nothing to go back to; it stays" }),
        skipped: skippedList,
      }),
    )
    .openapi({ description: "Channels that were rolled back" }),
  warnings: z.array(WarningSchema),
}).openapi("Revoked");

export type Revoked = z.output<typeof RevokedSchema>;

export const revokedExample = {
  ...stateExample,
  descendants: 3,
  channels: [{ artifact: "hashicorp/logstream", channel: "production", from: 7, to: 5, skipped: [] }],
  warnings: [],
};

export const restoreQuery = z.strictObject({ reason: reason.optional() });

export const PreviewRequestSchema = z
  .strictObject({ with_descendants: z.boolean().optional() })
  .openapi("RevocationPreviewRequest");

export const PreviewSchema = z
  .object({
    channels: z
      .array(z.object({ artifact: z.string(), channel: z.string() }))
      .openapi({ description: "Channels that point at what would be revoked" }),
    consumers: z
      .array(ConsumerSchema)
      .openapi({ description: "Who resolved what would be revoked, the latest first, at most 100" }),
    descendants: z
      .array(RelatedSchema.extend({ depth: z.int(), will_be_revoked: z.boolean() }))
      .openapi({ description: "Versions built from it, nearest first, at most 1,000" }),
    hidden_descendants: z
      .int()
      .openapi({ description: "How many more there are that the caller may not read" }),
    truncated: z.boolean().openapi({ description: "Whether a list was cut" }),
  })
  .openapi("RevocationPreview");

export type Preview = z.output<typeof PreviewSchema>;

export const previewExample = {
  channels: [{ artifact: "hashicorp/logstream", channel: "production" }],
  consumers: [consumerExample],
  descendants: [{ artifact: "hashicorp/web", number: 12, depth: 1, will_be_revoked: true }],
  hidden_descendants: 2,
  truncated: false,
};
