import { z } from "@hono/zod-openapi";
import { problemCodes } from "./problem.ts";

/** Limits of the API, in one place; the API document shows them. */
export const limits = {
  bodyBytes: 1024 * 1024,
  /** Of what anybody may send: the identity token of a job has 16 KiB at most. */
  publicBodyBytes: 64 * 1024,
  jsonDepth: 12,
  nameLength: 63,
  buildNameBytes: 255,
  mapEntries: 256,
  mapKeyLength: 128,
  mapValueLength: 4096,
  images: 500,
  files: 10_000,
  parents: 256,
  expectedBuilds: 256,
  errorLength: 4096,
  queries: 100,
  documentBytes: 16 * 1024 * 1024,
  documents: 64,
  words: 16,
  labelFilters: 16,
  ancestryDepth: 20,
  ancestryNodes: 1_000,
  pageSize: 200,
  /** The largest INTEGER of PostgreSQL. */
  number: 2_147_483_647,
} as const;

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be 1 to 63 of a-z, 0-9, dot, underscore and hyphen, and start with a letter or a digit",
  );

export const namespaceName = name.openapi({ example: "hashicorp" });
export const artifactName = name.openapi({ example: "logstream" });
export const channelName = name.openapi({ example: "latest" });

/** `namespace/artifact`, as written in bodies. */
export const artifactReference = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}\/[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be "namespace/artifact", each 1 to 63 of a-z, 0-9, dot, underscore and hyphen',
  )
  .openapi({ example: "hashicorp/logstream" });

export const fingerprint = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@+=~-]{0,127}$/,
    "must be 1 to 128 of letters, digits and ._:@+=~- and start with a letter or a digit",
  )
  .openapi({ example: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11" });

/** `isPrintable` for the API document, as far as a pattern can say it. */
const printablePattern = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$";

export const buildName = z
  .string()
  .min(1, "must not be empty")
  .refine(isPrintable, "must be printable text without control characters")
  .refine(
    (text) => Buffer.byteLength(text) <= limits.buildNameBytes,
    `must be at most ${limits.buildNameBytes} bytes`,
  )
  // A URL parser removes these two from a path even when they are percent-encoded.
  .refine((text) => text !== "." && text !== "..", 'must not be "." or ".."')
  .openapi({
    example: "amazon-ebs.web",
    description: "1 to 255 bytes of printable text",
    pattern: printablePattern,
  });

function isPrintable(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}

/** A short text without control characters, as ids and regions are. */
export function printable(least: number, most: number) {
  return z
    .string()
    .min(least, least === 1 ? "must not be empty" : `must be at least ${least} characters`)
    .max(most, `must be at most ${most} characters`)
    .refine(isPrintable, "must be printable text without control characters")
    .openapi({ pattern: printablePattern });
}

export const description = z
  .string()
  .max(4096, "must be at most 4096 characters")
  .openapi({ example: "Web servers" });

/** JSON Schema has it, and the types of the document do not know it. */
const keysOfMaps = { propertyNames: { minLength: 1, maxLength: limits.mapKeyLength } };

/** Labels and metadata: a bounded map of text to text. */
export const textMap = z
  .record(
    z
      .string()
      .min(1, "a key must not be empty")
      .max(limits.mapKeyLength, `a key has at most ${limits.mapKeyLength} characters`),
    z.string().max(limits.mapValueLength, `a value has at most ${limits.mapValueLength} characters`),
  )
  .refine(
    (map) => Object.keys(map).length <= limits.mapEntries,
    `must have at most ${limits.mapEntries} keys`,
  )
  .openapi({
    example: { commit: "4f2a9c1" },
    maxProperties: limits.mapEntries,
    ...keysOfMaps,
  });

export const versionNumber = z
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .max(limits.number, `must be at most ${limits.number}`)
  .openapi({ example: 7 });

/** A version number in a path or a query. */
export const versionNumberText = z
  .string()
  .regex(/^[1-9][0-9]{0,9}$/, "must be a version number such as 7")
  .transform(Number)
  .refine((number) => number <= limits.number, `must be at most ${limits.number}`)
  .openapi({ type: "integer", minimum: 1, maximum: limits.number, example: 7 });

/** A moment, any offset in, UTC with milliseconds out. */
export const moment = z.iso
  .datetime({ offset: true, error: "must be a date and time such as 2026-01-31T12:00:00Z" })
  .transform((text) => new Date(text))
  .refine(
    (date) => date.getTime() >= 0 && date.getUTCFullYear() < 10_000,
    "must be a moment between the years 1970 and 9999",
  )
  .transform((date) => date.toISOString())
  .openapi({ type: "string", format: "date-time", example: "2026-01-31T12:00:00.000Z" });

/** A moment in an answer. */
export const timestamp = z.string().openapi({
  format: "date-time",
  example: "2026-01-31T12:00:00.000Z",
  description: "RFC 3339, UTC, milliseconds",
});

export const limit = z
  .string()
  .regex(/^[1-9][0-9]{0,5}$/, `must be a number between 1 and ${limits.pageSize}`)
  .transform(Number)
  .refine((count) => count <= limits.pageSize, `must be a number between 1 and ${limits.pageSize}`)
  .optional()
  .openapi({ type: "integer", minimum: 1, maximum: limits.pageSize, default: 50, example: 50 });

export const cursor = z
  .string()
  .max(512, "must be the next_cursor of an earlier answer")
  .optional()
  .openapi({ description: "`next_cursor` of the page before" });

/** The part of a list that one answer carries. */
export function page<T extends z.ZodType>(item: T, component: string) {
  return z
    .object({
      items: z.array(item),
      next_cursor: z
        .string()
        .nullable()
        .openapi({ description: "Ask with `cursor` for the next page; null on the last" }),
    })
    .openapi(component);
}

export const artifactParams = z.object({ namespace: namespaceName, artifact: artifactName });

const versionPattern = /^([1-9][0-9]{0,8}|fingerprint:[A-Za-z0-9][A-Za-z0-9._:@+=~-]{0,127})$/;

/** A version in a path: its number, or `fingerprint:` and its fingerprint. */
export const versionSelector = z
  .string()
  .regex(versionPattern, 'must be a version number such as 7, or "fingerprint:" followed by a fingerprint')
  .transform((text) =>
    text.startsWith("fingerprint:")
      ? { fingerprint: text.slice("fingerprint:".length) }
      : { number: Number(text) },
  )
  .openapi({ type: "string", pattern: versionPattern.source, example: "7" });

export const versionParams = artifactParams.extend({ version: versionSelector });

export const WarningSchema = z.object({ code: z.string(), message: z.string() }).openapi("Warning", {
  example: { code: "semver_taken", message: "Version 3 already has 1.2.0; completed without it." },
});

export type Warning = z.output<typeof WarningSchema>;

export const ProblemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problemCodes) as [keyof typeof problemCodes]),
    detail: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem", {
    example: {
      type: "urn:waybill:problem:artifact_not_found",
      title: "There is no such artifact",
      status: 404,
      code: "artifact_not_found",
      detail: 'There is no artifact "hashicorp/logstream". Publish a version to create it.',
    },
  });
