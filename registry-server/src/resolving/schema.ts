import { z } from "@hono/zod-openapi";
import { artifactType, externalId, FileSchema, ImageSchema, platform, region } from "../builds/schema.ts";
import type { Problem } from "../http/problem.ts";
import {
  artifactReference,
  buildName,
  channelName,
  fingerprint,
  limits,
  ProblemSchema,
  printable,
  textMap,
  timestamp,
  versionNumber,
  versionNumberText,
  WarningSchema,
} from "../http/schema.ts";
import { invalidRequest } from "../http/validation.ts";
import { checkConstraint } from "./constraint.ts";

const constraint = z
  .string()
  .min(1, "must not be empty")
  .max(256, "must be at most 256 characters")
  .superRefine((text, context) => {
    const message = checkConstraint(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  })
  .openapi({ example: "~> 1.4", description: "Terraform's grammar: `= != > >= < <= ~>`, several by comma" });

const onRevoked = z.enum(["error", "warn", "previous"]).openapi({
  description:
    "What to do when the version is revoked; default `error`. `previous`: for `latest` and constraints the next lower unrevoked version, for a channel what a rollback would give; for `version` and `fingerprint`, which name one version, the same as `error`",
});

const filters = {
  type: artifactType.optional(),
  platform: platform.optional(),
  region: region.optional(),
  build: buildName.optional(),
};

const label = printable(3, limits.mapKeyLength + limits.mapValueLength + 1).regex(
  /^[^=]+=/,
  "must be key=value",
);

/** A label for the API document. */
export const labelShown = {
  type: "string",
  minLength: 3,
  maxLength: limits.mapKeyLength + limits.mapValueLength + 1,
  pattern:
    "^[^=\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+=[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$",
} as const;

/** `labels=a=1&labels=b=2` */
export const labelList = z
  .preprocess(
    (value) => (typeof value === "string" ? [value] : value),
    z.array(label).max(16, "must be at most 16 labels"),
  )
  .transform((pairs) => {
    const entries = pairs.map((pair): [string, string] => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
    return Object.fromEntries(entries);
  });

type Selectors = {
  channel?: unknown;
  version?: unknown;
  constraint?: unknown;
  fingerprint?: unknown;
};

/** At most one selector: two could name different versions. */
function checkSelectors(query: Selectors, context: z.RefinementCtx): void {
  const given = (["channel", "version", "constraint", "fingerprint"] as const).filter(
    (key) => query[key] !== undefined,
  );
  const [, second] = given;
  if (second !== undefined) {
    const message = `give only one of channel, version, constraint and fingerprint (there are ${given.join(" and ")})`;
    context.addIssue({ code: "custom", message, path: [second] });
  }
}

export const resolveQuery = z
  .strictObject({
    channel: channelName.optional(),
    version: versionNumberText.optional(),
    constraint: constraint.optional(),
    fingerprint: fingerprint.optional(),
    ...filters,
    labels: labelList.optional().openapi({
      type: "array",
      items: labelShown,
      minItems: 1,
      maxItems: 16,
      example: ["os=ubuntu-24.04"],
      description: "`key=value`, repeatable",
    }),
    on_revoked: onRevoked.optional(),
  })
  .superRefine(checkSelectors);

export const ResolveQuerySchema = z
  .strictObject({
    artifact: artifactReference,
    channel: channelName.optional(),
    version: versionNumber.optional(),
    constraint: constraint.optional(),
    fingerprint: fingerprint.optional(),
    ...filters,
    labels: textMap.optional(),
    on_revoked: onRevoked.optional(),
  })
  .superRefine(checkSelectors)
  .openapi("ResolveQuery", {
    example: { artifact: "hashicorp/logstream", channel: "latest", region: "us-east-1" },
  });

/** What to resolve in an artifact: one selector and any filters. */
export type Selection = z.output<typeof resolveQuery>;

const resolvedImage = { build: "amazon-ebs.web", artifact_type: "amazon.ami" };

export const resolvedExample = {
  artifact: "hashicorp/logstream",
  number: 7,
  semver: "1.4.0",
  fingerprint: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
  description: "Web servers",
  created_at: "2026-01-31T12:00:01.000Z",
  completed_at: "2026-01-31T12:00:01.000Z",
  channel: "latest",
  external_id: "ami-0c2a4e5f6a7b8c9d0",
  images: [
    {
      ...resolvedImage,
      platform: "aws",
      region: "us-east-1",
      external_id: "ami-0c2a4e5f6a7b8c9d0",
      source_image_id: "ami-0aaaaaaaaaaaaaaaa",
      labels: { arch: "x86_64" },
    },
  ],
  files: [],
  builds: [
    {
      name: "amazon-ebs.web",
      artifact_type: "amazon.ami",
      metadata: { commit: "4f2a9c1" },
      labels: { os: "ubuntu-24.04" },
    },
  ],
  metadata: { commit: "4f2a9c1" },
  metadata_full: { commit: "4f2a9c1", "region-us-east-1": "ami-0c2a4e5f6a7b8c9d0" },
  labels: { team: "platform", os: "ubuntu-24.04" },
  revocation: null,
  warnings: [],
};

const stringMap = z.record(z.string(), z.string());

export const ResolvedSchema = z
  .object({
    artifact: z.string(),
    number: z.int(),
    semver: z.string().nullable(),
    fingerprint: z.string(),
    description: z.string().nullable(),
    created_at: timestamp,
    completed_at: timestamp,
    channel: z.string().nullable().openapi({ description: "The channel that was asked for, if one was" }),
    external_id: externalId
      .nullable()
      .openapi({ description: "Set when exactly one image is left after the filters" }),
    images: z.array(
      ImageSchema.extend({ build: z.string(), artifact_type: z.string() }).openapi("ResolvedImage"),
    ),
    files: z.array(FileSchema.extend({ build: z.string() }).openapi("ResolvedFile")),
    builds: z.array(
      z
        .object({ name: z.string(), artifact_type: z.string(), metadata: stringMap, labels: stringMap })
        .openapi("ResolvedBuild"),
    ),
    metadata: stringMap.openapi({ description: "What all matching builds agree on" }),
    metadata_full: stringMap.openapi({ description: "All metadata and `region-<region>` for every image" }),
    labels: stringMap.openapi({ description: "What the version and all matching builds agree on" }),
    revocation: z.object({ reason: z.string(), revoked_at: timestamp }).nullable(),
    warnings: z.array(WarningSchema),
  })
  .openapi("Resolved");

export type Resolved = z.output<typeof ResolvedSchema>;

const listOfQueries = <T extends z.ZodType>(query: T) =>
  z.strictObject({
    queries: z
      .array(query)
      .min(1, "must have at least one query")
      .max(limits.queries, `must be at most ${limits.queries} queries`),
  });

export const ResolveManySchema = listOfQueries(ResolveQuerySchema).openapi("ResolveMany");

/** One query of many, read: a wrong one becomes its own problem, so that it fails only itself. */
export type ReadQuery = z.output<typeof ResolveQuerySchema> | Problem;

/** Reads what {@link ResolveManySchema} describes, item by item. */
export const readManySchema = listOfQueries(
  z.unknown().transform((item): ReadQuery => {
    const read = ResolveQuerySchema.safeParse(item);
    return read.success ? read.data : invalidRequest(read.error.issues);
  }),
);

export const ResolveResultSchema = z
  .union([z.object({ resolved: ResolvedSchema }), z.object({ problem: ProblemSchema })])
  .openapi("ResolveResult");

export type ResolveResult = z.output<typeof ResolveResultSchema>;

export const ResolveResultsSchema = z
  .object({ results: z.array(ResolveResultSchema) })
  .openapi("ResolveResults");
