import { z } from "@hono/zod-openapi";
import {
  BuildSchema,
  buildExample,
  FailedBuildSchema,
  NamedBuildReport,
  reportExample,
} from "../builds/schema.ts";
import {
  buildName,
  cursor,
  description,
  fingerprint,
  limit,
  limits,
  page,
  printable,
  textMap,
  timestamp,
  WarningSchema,
} from "../http/schema.ts";
import { isSemver } from "../resolving/semver.ts";
import { notRevokedExample, revocationShape } from "../revocations/schema.ts";

export const versionStates = ["incomplete", "complete", "abandoned", "expired"] as const;
export type VersionState = (typeof versionStates)[number];

const latest = z.union([z.boolean(), z.literal("if_newer")], 'must be true, false or "if_newer"').openapi({
  description:
    "Whether the version may become `latest`. `if_newer`: only when its builds did not end before those of the present `latest`",
});

const semver = z
  .string()
  .refine(isSemver, "must be a semantic version such as 1.4.0 or 2.0.0-rc.1, at most 100 characters")
  .openapi({ example: "1.4.0" });

export const publishExample = {
  fingerprint: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
  semver: "1.4.0",
  description: "Web servers",
  labels: { team: "platform" },
  builds: [{ name: "amazon-ebs.web", ...reportExample }],
};

export const PublishSchema = z
  .strictObject({
    fingerprint: fingerprint.optional(),
    semver: semver.optional(),
    description: description.optional(),
    labels: textMap.optional(),
    latest: latest.optional(),
    expected_builds: z
      .array(buildName)
      .min(1, "must name at least one build")
      .max(limits.expectedBuilds, `must be at most ${limits.expectedBuilds} builds`)
      .refine((names) => new Set(names).size === names.length, "must not name a build twice")
      .optional()
      .openapi({ uniqueItems: true }),
    builds: z
      .array(NamedBuildReport)
      .min(1, "must have at least one build")
      .max(limits.expectedBuilds, `must be at most ${limits.expectedBuilds} builds`)
      .refine(
        (builds) => new Set(builds.map((build) => build.name)).size === builds.length,
        "must not have a build twice",
      )
      .optional(),
  })
  .refine((body) => body.builds !== undefined || body.expected_builds !== undefined, {
    message: "must have builds (to publish all at once), expected_builds (to open the version), or both",
    path: ["builds"],
  })
  .openapi("Publish");

export type Publish = z.output<typeof PublishSchema>;

const versionShape = {
  artifact: z.string(),
  state: z.enum(versionStates),
  number: z.int().nullable(),
  fingerprint: z.string(),
  semver: z.string().nullable(),
  description: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  latest: z.union([z.boolean(), z.literal("if_newer")]),
  expected_builds: z.array(z.string()),
  missing_builds: z.array(z.string()),
  failed_builds: z.array(FailedBuildSchema).openapi({
    description: "Those of the missing builds that are known to have failed, and why",
  }),
};

const versionTimes = {
  created_at: timestamp,
  updated_at: timestamp,
  completed_at: timestamp.nullable(),
  ...revocationShape,
  warnings: z.array(WarningSchema),
};

const versionExampleHead = {
  artifact: "hashicorp/logstream",
  state: "complete",
  number: 7,
  fingerprint: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
  semver: "1.4.0",
  description: "Web servers",
  labels: { team: "platform" },
  latest: true,
  expected_builds: ["amazon-ebs.web"],
  missing_builds: [],
  failed_builds: [],
} as const;

const versionExampleTail = {
  created_at: "2026-01-31T12:00:01.000Z",
  updated_at: "2026-01-31T12:00:01.000Z",
  completed_at: "2026-01-31T12:00:01.000Z",
  ...notRevokedExample,
  warnings: [],
};

export const versionExample = { ...versionExampleHead, builds: [buildExample], ...versionExampleTail };

export const VersionSchema = z
  .object({ ...versionShape, builds: z.array(BuildSchema), ...versionTimes })
  .openapi("Version");

export const BuildSummarySchema = z
  .object({ name: z.string(), artifact_type: z.string(), reported_at: timestamp })
  .openapi("BuildSummary");

export const versionSummaryExample = {
  ...versionExampleHead,
  builds: [{ name: "amazon-ebs.web", artifact_type: "amazon.ami", reported_at: "2026-01-31T12:00:01.000Z" }],
  ...versionExampleTail,
};

export const VersionSummarySchema = z
  .object({ ...versionShape, builds: z.array(BuildSummarySchema), ...versionTimes })
  .openapi("VersionSummary");

export const VersionPage = page(VersionSummarySchema, "VersionPage");

export type Version = z.output<typeof VersionSchema>;
export type VersionSummary = z.output<typeof VersionSummarySchema>;

export const versionListQuery = z.strictObject({
  state: z
    .enum(versionStates)
    .optional()
    .openapi({ description: "Without it: complete and incomplete versions" }),
  limit,
  cursor,
});

export const VersionChangeSchema = z
  .strictObject({ description: description.nullable().optional(), labels: textMap.optional() })
  .openapi("VersionChange");

export type VersionChange = z.output<typeof VersionChangeSchema>;

/** Why somebody ends a version by hand; kept in its event. */
export const reason = printable(1, 1024).openapi({ example: "the qemu builder is broken, the rest is good" });

export const CompleteSchema = z.strictObject({ reason }).openapi("Complete");

export const versionDeleteQuery = z.strictObject({ reason: reason.optional() });
