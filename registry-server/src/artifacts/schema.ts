import { z } from "@hono/zod-openapi";
import {
  cursor,
  description,
  limit,
  namespaceName,
  page,
  printable,
  textMap,
  timestamp,
} from "../http/schema.ts";
import { RetentionPolicySchema } from "../retention/schema.ts";

export const artifactExample = {
  artifact: "hashicorp/logstream",
  namespace: "hashicorp",
  name: "logstream",
  description: "Ships logs",
  labels: { team: "platform" },
  retention: { keep: 20, days: 30 },
  latest: 7,
  versions: 7,
  created_at: "2026-01-01T09:00:00.000Z",
  updated_at: "2026-01-31T12:00:01.000Z",
};

export const ArtifactSchema = z
  .object({
    artifact: z.string(),
    namespace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    retention: RetentionPolicySchema.nullable().openapi({ description: "Null keeps every version" }),
    latest: z.int().nullable().openapi({ description: "Number of the version that `latest` is now" }),
    versions: z.int().openapi({ description: "How many complete versions there are" }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi("Artifact");

export const ArtifactPage = page(ArtifactSchema, "ArtifactPage");

export const ArtifactChangeSchema = z
  .strictObject({
    description: description.nullable().optional(),
    labels: textMap.optional(),
    retention: RetentionPolicySchema.nullable()
      .optional()
      .openapi({ description: "What is deleted once a day; null ends that. Needs the scope `admin`" }),
  })
  .openapi("ArtifactChange");

export const artifactListQuery = z.strictObject({
  namespace: namespaceName.optional(),
  q: printable(1, 200).optional().openapi({ description: "Part of the name or the description" }),
  limit,
  cursor,
});

export type Artifact = z.output<typeof ArtifactSchema>;
export type ArtifactChange = z.output<typeof ArtifactChangeSchema>;
