import { z } from "@hono/zod-openapi";
import { FileSchema, ImageSchema, ParentSchema } from "../builds/schema.ts";
import { timestamp, versionSelector } from "../http/schema.ts";

export const compareQuery = z.strictObject({
  from: versionSelector.openapi({
    example: "11",
    description: "A number, or `fingerprint:` and a fingerprint",
  }),
  to: versionSelector.openapi({
    example: "12",
    description: "A number, or `fingerprint:` and a fingerprint",
  }),
});

/** What one list of things has more, less, and other than another. */
function changesOf<T extends z.ZodType>(item: T, component: string) {
  return z
    .object({
      added: z.array(item),
      removed: z.array(item),
      changed: z.array(z.object({ before: item, after: item })),
    })
    .openapi(component);
}

const entry = z.object({ key: z.string(), value: z.string() });

const MapChangesSchema = z
  .object({
    added: z.array(entry),
    removed: z.array(entry),
    changed: z.array(z.object({ key: z.string(), before: z.string(), after: z.string() })),
  })
  .openapi("MapChanges", {
    example: {
      added: [],
      removed: [],
      changed: [{ key: "commit", before: "4f2a9c1", after: "77b01de" }],
    },
  });

const place = z.object({ platform: z.string(), region: z.string() });

const SideSchema = z
  .object({
    number: z.int().nullable(),
    fingerprint: z.string(),
    semver: z.string().nullable(),
    description: z.string().nullable(),
    completed_at: timestamp.nullable(),
  })
  .openapi("ComparedVersion");

const BuildChangesSchema = z
  .object({
    name: z.string(),
    change: z
      .enum(["added", "removed", "changed"])
      .openapi({ description: "Whether the build is only in `to`, only in `from`, or in both" }),
    artifact_type: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
    images: changesOf(ImageSchema, "ImageChanges"),
    metadata: MapChangesSchema,
    labels: MapChangesSchema,
    parents: changesOf(ParentSchema, "ParentChanges"),
    files: changesOf(FileSchema, "FileChanges"),
  })
  .openapi("BuildChanges");

export const DiffSchema = z
  .object({
    artifact: z.string(),
    from: SideSchema,
    to: SideSchema,
    equal: z.boolean().openapi({ description: "Whether nothing was added, removed or changed" }),
    labels: MapChangesSchema,
    regions: z
      .object({ added: z.array(place), removed: z.array(place) })
      .openapi({ description: "Where only one of the two versions has images, whichever build made them" }),
    builds: z.array(BuildChangesSchema).openapi({ description: "Builds that differ, by name" }),
  })
  .openapi("Diff");

export type Diff = z.output<typeof DiffSchema>;
export type MapChanges = z.output<typeof MapChangesSchema>;
export type BuildChanges = z.output<typeof BuildChangesSchema>;

const none = { added: [], removed: [], changed: [] };
const image = { platform: "aws", region: "us-east-1", source_image_id: null, labels: {} };

export const diffExample = {
  artifact: "hashicorp/web",
  from: {
    number: 11,
    fingerprint: "run-11",
    semver: "1.3.0",
    description: "Web servers",
    completed_at: "2026-01-30T12:00:00.000Z",
  },
  to: {
    number: 12,
    fingerprint: "run-12",
    semver: "1.4.0",
    description: "Web servers",
    completed_at: "2026-01-31T12:00:00.000Z",
  },
  equal: false,
  labels: none,
  regions: { added: [{ platform: "aws", region: "eu-west-1" }], removed: [] },
  builds: [
    {
      name: "amazon-ebs.web",
      change: "changed",
      artifact_type: { before: "amazon.ami", after: "amazon.ami" },
      images: {
        added: [{ ...image, region: "eu-west-1", external_id: "ami-0eeeeeeeeeeeeeeee" }],
        removed: [],
        changed: [
          {
            before: { ...image, external_id: "ami-0bbbbbbbbbbbbbbbb" },
            after: { ...image, external_id: "ami-0cccccccccccccccc" },
          },
        ],
      },
      metadata: { ...none, changed: [{ key: "commit", before: "4f2a9c1", after: "77b01de" }] },
      labels: none,
      parents: {
        ...none,
        changed: [
          {
            before: { artifact: "hashicorp/base", version: 4 },
            after: { artifact: "hashicorp/base", version: 5 },
          },
        ],
      },
      files: none,
    },
  ],
};
