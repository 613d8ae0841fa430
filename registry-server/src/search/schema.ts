import { z } from "@hono/zod-openapi";
import { artifactType, externalId, platform, region } from "../builds/schema.ts";
import { cursor, fingerprint, limit, limits, moment, namespaceName, printable } from "../http/schema.ts";
import { labelList, labelShown } from "../resolving/schema.ts";
import { wordsOf } from "./words.ts";

const commit = z
  .string()
  .regex(/^[0-9A-Fa-f]{4,64}$/, "must be 4 to 64 hexadecimal digits: a git commit, or how it begins")
  .transform((text) => text.toLowerCase())
  .openapi({ example: "4f2a9c1" });

const text = printable(1, 256)
  .refine((given) => wordsOf(given).length > 0, "must have a letter or a digit to search for")
  .refine((given) => wordsOf(given).length <= limits.words, `must be at most ${limits.words} words`)
  .openapi({
    example: "logstream ubuntu",
    description:
      "Words, each the beginning of one in the name of the artifact, in the description, in the semantic version, in the name of a build or in the value of a label",
  });

export const searchQuery = z
  .strictObject({
    q: text.optional(),
    namespace: namespaceName.optional(),
    label: labelList.optional().openapi({
      type: "array",
      items: labelShown,
      minItems: 1,
      maxItems: limits.labelFilters,
      example: ["team=platform"],
      description: "`key=value` of the version or of one of its builds, repeatable",
    }),
    type: artifactType.optional(),
    platform: platform.optional(),
    region: region.optional(),
    external_id: externalId.optional(),
    fingerprint: fingerprint.optional(),
    commit: commit.optional(),
    since: moment.optional().openapi({ description: "Completed at this moment or later" }),
    until: moment.optional().openapi({ description: "Completed before this moment" }),
    limit,
    cursor,
  })
  .refine(({ since, until }) => since === undefined || until === undefined || since < until, {
    message: "must be after since",
    path: ["until"],
  });

export type SearchQuery = z.output<typeof searchQuery>;
