import { z } from "@hono/zod-openapi";
import { cursor, limits, timestamp, versionNumber } from "../http/schema.ts";

/** More than anybody keeps by number; it also bounds how far the newest ones are counted. */
const mostKept = 10_000;
const mostDays = 36_500;

const keep = z
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .max(mostKept, `must be at most ${mostKept}`)
  .openapi({ description: "How many of the newest versions are kept", example: 20 });

const days = z
  .int("must be a whole number of days")
  .min(1, "must be at least 1")
  .max(mostDays, `must be at most ${mostDays}`)
  .openapi({
    description:
      "Versions that were completed, pointed at by a channel, or read within so many days are kept",
    example: 30,
  });

/** How long the versions of an artifact are kept. */
export const RetentionPolicySchema = z
  .strictObject({ keep, days })
  .openapi("RetentionPolicy", { example: { keep: 20, days: 30 } });

export const RetentionRequestSchema = z
  .strictObject({
    dry_run: z.boolean().default(true).openapi({ description: "Only say what would go; `false` deletes it" }),
    keep: keep.optional(),
    days: days.optional(),
    limit: z
      .int("must be a whole number")
      .min(1, "must be at least 1")
      .max(limits.pageSize, `must be at most ${limits.pageSize}`)
      .default(limits.pageSize)
      .openapi({ description: "How many versions this request looks at", example: 200 }),
    cursor,
  })
  .openapi("RetentionRequest", { example: { dry_run: true, keep: 20, days: 30 } });

export const RetentionResultSchema = z
  .object({
    artifact: z.string(),
    dry_run: z.boolean(),
    keep: z.int(),
    days: z.int(),
    versions: z.array(
      z
        .object({
          number: versionNumber,
          semver: z.string().nullable(),
          completed_at: timestamp,
          keep: z.boolean(),
          reasons: z.array(z.string()).openapi({ description: "Why it stays, or why it goes; at least one" }),
        })
        .openapi("RetentionDecision"),
    ),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: "Ask with `cursor` for the next, older versions; null after the oldest" }),
  })
  .openapi("RetentionResult");

export type RetentionPolicy = z.output<typeof RetentionPolicySchema>;
export type RetentionRequest = z.output<typeof RetentionRequestSchema>;
export type RetentionResult = z.output<typeof RetentionResultSchema>;
export type RetentionDecision = RetentionResult["versions"][number];

export const retentionExample = {
  artifact: "hashicorp/web",
  dry_run: true,
  keep: 1,
  days: 30,
  versions: [
    {
      number: 12,
      semver: "1.4.0",
      completed_at: "2026-01-31T12:00:00.000Z",
      keep: true,
      reasons: ['"latest" is this version.', "It is one of the newest 1."],
    },
    {
      number: 3,
      semver: null,
      completed_at: "2025-11-02T08:00:00.000Z",
      keep: true,
      reasons: ['The channel "production" pointed at it until 2026-01-20T10:00:00.000Z.'],
    },
    {
      number: 2,
      semver: null,
      completed_at: "2025-11-01T08:00:00.000Z",
      keep: false,
      reasons: ["Nothing of the last 30 days needs it, and it is not one of the newest 1."],
    },
  ],
  next_cursor: null,
};
