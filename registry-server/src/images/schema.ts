import { z } from "@hono/zod-openapi";
import { externalId, ImageSchema, platform } from "../builds/schema.ts";
import { cursor, limit, page } from "../http/schema.ts";
import { versionStates } from "../versions/schema.ts";

export const foundImageExample = {
  artifact: "hashicorp/logstream",
  number: 7,
  fingerprint: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
  state: "complete",
  build: "amazon-ebs.web",
  artifact_type: "amazon.ami",
  image: {
    platform: "aws",
    region: "us-east-1",
    external_id: "ami-0c2a4e5f6a7b8c9d0",
    source_image_id: null,
    labels: {},
  },
} as const;

export const FoundImageSchema = z
  .object({
    artifact: z.string(),
    number: z.int().nullable(),
    fingerprint: z.string(),
    state: z.enum(versionStates),
    build: z.string(),
    artifact_type: z.string(),
    image: ImageSchema,
  })
  .openapi("FoundImage");

export const ImagePage = page(FoundImageSchema, "ImagePage");

export const imageQuery = z.strictObject({
  external_id: externalId,
  platform: platform.optional(),
  limit,
  cursor,
});

export type FoundImage = z.output<typeof FoundImageSchema>;
export type ImageQuery = z.output<typeof imageQuery>;
