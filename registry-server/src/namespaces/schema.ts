import { z } from "@hono/zod-openapi";
import { cursor, limit, namespaceName, page, printable, timestamp } from "../http/schema.ts";

/** As large as a number in JSON is exact. */
const mostBytes = Number.MAX_SAFE_INTEGER;

export const namespaceExample = {
  namespace: "hashicorp",
  description: "Images of the platform team",
  anonymous_read: false,
  quota_bytes: 1_000_000_000_000,
  used_bytes: 2_147_483_648,
  created_at: "2026-01-01T09:00:00.000Z",
};

export const NamespaceSchema = z
  .object({
    namespace: z.string(),
    description: z.string().nullable(),
    anonymous_read: z.boolean().openapi({
      description: "Whether everybody who reaches the registry may read its artifacts, without a token",
    }),
    quota_bytes: z.int().nullable().openapi({ description: "How many bytes its files may have; null: any" }),
    used_bytes: z.int().openapi({ description: "How many bytes its files have, each content counted once" }),
    created_at: timestamp,
  })
  .openapi("Namespace");

export const NamespacePage = page(NamespaceSchema, "NamespacePage");

export const NamespaceChangeSchema = z
  .strictObject({
    description: printable(1, 1024).nullable().optional(),
    anonymous_read: z.boolean().optional(),
    quota_bytes: z
      .int("must be a whole number of bytes")
      .min(0, "must not be negative")
      .max(mostBytes, `must be at most ${mostBytes}`)
      .nullable()
      .optional()
      .openapi({ description: 'Needs the scope `admin` on "*"' }),
  })
  .openapi("NamespaceChange");

export const namespaceParams = z.object({ namespace: namespaceName });
export const namespaceListQuery = z.strictObject({ limit, cursor });

export type Namespace = z.output<typeof NamespaceSchema>;
export type NamespaceChange = z.output<typeof NamespaceChangeSchema>;
