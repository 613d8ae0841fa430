import { z } from "@hono/zod-openapi";
import {
  artifactReference,
  buildName,
  channelName,
  fingerprint,
  limits,
  moment,
  printable,
  textMap,
  timestamp,
  versionNumber,
  versionParams,
} from "../http/schema.ts";
import { ProvenanceSchema, provenanceExample } from "./provenance.ts";

export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits")
  .openapi({ example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" });

export const artifactType = printable(1, 128).openapi({ example: "amazon.ami" });
export const platform = printable(1, 128).openapi({ example: "aws" });
export const region = printable(0, 128).openapi({
  example: "us-east-1",
  description: "Empty on platforms without regions",
});
export const externalId = printable(1, 2048).openapi({ example: "ami-0c2a4e5f6a7b8c9d0" });

const imageExample = {
  platform: "aws",
  region: "us-east-1",
  external_id: "ami-0c2a4e5f6a7b8c9d0",
  source_image_id: "ami-0aaaaaaaaaaaaaaaa",
  labels: { arch: "x86_64" },
};
const fileExample = {
  path: "output/logstream.qcow2",
  size: 734003200,
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  stored: true,
};
const parentExample = { artifact: "hashicorp/base", version: 12, channel: "production" };

export const ImageInput = z
  .strictObject({
    platform,
    region,
    external_id: externalId,
    source_image_id: printable(1, 2048).nullable().optional(),
    labels: textMap.optional(),
  })
  .openapi("ImageInput", { example: imageExample });

export const ImageSchema = z
  .object({
    platform: z.string(),
    region: z.string(),
    external_id: z.string(),
    source_image_id: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
  })
  .openapi("Image", { example: imageExample });

export const filePath = printable(1, 1024).openapi({ example: "output/logstream.qcow2" });
const fileSize = z
  .int("must be a whole number of bytes, at most 9007199254740991")
  .min(0, "must not be negative")
  .openapi({ maximum: Number.MAX_SAFE_INTEGER });

/** A file in a report. Without `stored` its bytes must be there. */
export const FileInput = z
  .strictObject({
    path: filePath,
    size: fileSize,
    sha256,
    stored: z.boolean().optional().openapi({
      description:
        "Whether the registry keeps the bytes (the default; upload them first), or only records that they were made",
    }),
  })
  .refine((file) => file.stored === false || isSafePath(file.path), {
    message:
      'must be relative, with "/" between its parts and none of them "." or "..", as the file is stored; otherwise record it only, with "stored": false',
    path: ["path"],
  })
  .openapi("FileInput", { example: fileExample });

/** Whoever downloads a build's files into a directory must not be led out of it. */
function isSafePath(path: string): boolean {
  if (path.includes("\\") || /^[A-Za-z]:/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

export const FileSchema = z
  .object({
    path: z.string(),
    size: z.int(),
    sha256: z.string(),
    stored: z.boolean().openapi({ description: "Whether the registry has the bytes" }),
  })
  .openapi("File", { example: fileExample });

export const ParentSchema = z
  .strictObject({
    artifact: artifactReference,
    version: versionNumber.optional(),
    fingerprint: fingerprint.optional(),
    channel: channelName
      .optional()
      .openapi({ description: "The channel that the parent was read from, when it was read from one" }),
  })
  .refine(
    (parent) => (parent.version === undefined) !== (parent.fingerprint === undefined),
    "must name exactly one of version and fingerprint",
  )
  .openapi("Parent", { example: parentExample });

export const documentExample = {
  name: "sbom.cdx.json",
  media_type: "application/vnd.cyclonedx+json",
  size: 48213,
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};

/** A document that is attached to a build; its bytes have a route of their own. */
export const DocumentSchema = z
  .object({ name: z.string(), media_type: z.string(), size: z.int(), sha256: z.string() })
  .openapi("Document", { example: documentExample });

const reportShape = {
  artifact_type: artifactType,
  metadata: textMap.optional(),
  labels: textMap.optional(),
  images: z.array(ImageInput).max(limits.images, `must be at most ${limits.images} images`).optional(),
  files: z.array(FileInput).max(limits.files, `must be at most ${limits.files} files`).optional(),
  parents: z.array(ParentSchema).max(limits.parents, `must be at most ${limits.parents} parents`).optional(),
  provenance: ProvenanceSchema.optional(),
  started_at: moment.optional(),
  ended_at: moment.optional(),
};

type Report = z.output<z.ZodObject<typeof reportShape>>;

/** Rules over several fields of a report. */
function checkReport(report: Report, context: z.RefinementCtx): void {
  const { images = [], files = [], started_at, ended_at } = report;
  if (images.length + files.length === 0) {
    context.addIssue({
      code: "custom",
      message: "must have at least one image or one file",
      path: ["images"],
    });
  }
  refuseRepeated(
    images,
    (image) => JSON.stringify([image.platform, image.region, image.external_id]),
    "images",
    context,
  );
  refuseRepeated(files, (file) => file.path, "files", context);
  if (started_at !== undefined && ended_at !== undefined && ended_at < started_at) {
    context.addIssue({ code: "custom", message: "must not be before started_at", path: ["ended_at"] });
  }
}

function refuseRepeated<T>(
  items: T[],
  keyOf: (item: T) => string,
  field: string,
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    if (seen.has(key)) context.addIssue({ code: "custom", message: "is there twice", path: [field, index] });
    seen.add(key);
  }
}

export const reportExample = {
  artifact_type: "amazon.ami",
  metadata: { commit: "4f2a9c1" },
  labels: { os: "ubuntu-24.04" },
  images: [imageExample],
  parents: [parentExample],
  provenance: provenanceExample,
  started_at: "2026-01-31T11:52:00.000Z",
  ended_at: "2026-01-31T12:00:00.000Z",
};

export const BuildReportSchema = z.strictObject(reportShape).superRefine(checkReport).openapi("BuildReport");

export const NamedBuildReport = z
  .strictObject({ name: buildName, ...reportShape })
  .superRefine(checkReport)
  .openapi("NamedBuildReport");

export const buildExample = {
  name: "amazon-ebs.web",
  files: [],
  documents: [documentExample],
  reported_at: "2026-01-31T12:00:01.000Z",
  ...reportExample,
};

export const BuildSchema = z
  .object({
    name: z.string(),
    artifact_type: z.string(),
    metadata: z.record(z.string(), z.string()),
    labels: z.record(z.string(), z.string()),
    images: z.array(ImageSchema),
    files: z.array(FileSchema),
    parents: z.array(ParentSchema),
    provenance: ProvenanceSchema,
    documents: z.array(DocumentSchema),
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    reported_at: timestamp,
  })
  .openapi("Build");

/** What a build that failed had to say; more of it is in its log. */
export const FailureSchema = z
  .strictObject({
    error: z
      .string()
      .min(1, "must not be empty")
      .max(limits.errorLength, `must be at most ${limits.errorLength} characters`),
    failed_at: moment.optional(),
  })
  .openapi("BuildFailure");

export const failureExample = {
  error: "Script exited with non-zero exit status: 1",
  failed_at: "2026-01-31T12:00:00.000Z",
};

export const FailedBuildSchema = z
  .object({ name: z.string(), error: z.string(), failed_at: timestamp })
  .openapi("FailedBuild");

export const buildParams = versionParams.extend({ build: buildName });

export type BuildReport = z.output<typeof BuildReportSchema>;
export type Image = z.output<typeof ImageSchema>;
export type File = z.output<typeof FileSchema>;
export type Parent = z.output<typeof ParentSchema>;
export type Document = z.output<typeof DocumentSchema>;
export type Build = z.output<typeof BuildSchema>;
export type BuildFailure = z.output<typeof FailureSchema>;
export type FailedBuild = z.output<typeof FailedBuildSchema>;
