import { z } from "@hono/zod-openapi";
import { artifactReference, cursor, limit, limits, namespaceName, page } from "../http/schema.ts";

export const directions = ["up", "down", "both"] as const;

const depth = z
  .string()
  .regex(/^[1-9][0-9]?$/, `must be a number between 1 and ${limits.ancestryDepth}`)
  .transform(Number)
  .refine(
    (levels) => levels <= limits.ancestryDepth,
    `must be a number between 1 and ${limits.ancestryDepth}`,
  )
  .openapi({
    type: "integer",
    minimum: 1,
    maximum: limits.ancestryDepth,
    default: limits.ancestryDepth,
    description: "How many levels of parents and children to show",
  });

export const ancestryQuery = z.strictObject({
  direction: z
    .enum(directions)
    .optional()
    .openapi({ description: "`up`: parents, `down`: children; default `both`" }),
  depth: depth.optional(),
});

/** A version in the tree, and how it is connected to the one it is shown under. */
export type Relative = {
  artifact: string;
  number: number;
  semver: string | null;
  depth: number;
  via: "declared" | "source_image";
  channel: string | null;
  builds: string[];
  out_of_date: boolean;
  newer: number | null;
  revoked: boolean;
  deleted: boolean;
  repeated: boolean;
  parents?: Relative[] | undefined;
  children?: Relative[] | undefined;
};

export const relativeExample = {
  artifact: "hashicorp/base",
  number: 11,
  semver: "2.1.0",
  depth: 1,
  via: "declared",
  channel: "production",
  builds: ["amazon-ebs.web"],
  out_of_date: true,
  newer: 12,
  revoked: false,
  deleted: false,
  repeated: false,
  parents: [],
} as const;

export const RelativeSchema: z.ZodType<Relative> = z
  .object({
    artifact: z.string(),
    number: z.int(),
    semver: z.string().nullable(),
    depth: z.int().openapi({ description: "How many steps away from the version that was asked for" }),
    via: z.enum(["declared", "source_image"]).openapi({
      description: "Whether the publisher named the parent, or it was found by the id of the source image",
    }),
    channel: z
      .string()
      .nullable()
      .openapi({ description: "The channel that the parent was read from, when it is known" }),
    builds: z
      .array(z.string())
      .openapi({ description: "The builds of the child that were made from the parent" }),
    out_of_date: z
      .boolean()
      .openapi({ description: "Whether building the child today would use another parent" }),
    newer: z.int().nullable().openapi({ description: "The number of that other parent" }),
    revoked: z.boolean(),
    deleted: z
      .boolean()
      .openapi({ description: "It is gone, and shown because of what is connected through it" }),
    repeated: z.boolean().openapi({
      description: "It is in the tree more than once; what lies behind it is shown at the first place",
    }),
    get parents() {
      return z.array(RelativeSchema).optional();
    },
    get children() {
      return z.array(RelativeSchema).optional();
    },
  })
  .openapi("Relative", { example: relativeExample });

export const ancestryExample = {
  artifact: "hashicorp/web",
  number: 7,
  parents: [relativeExample],
  children: [],
  hidden: 0,
  truncated: false,
};

export const AncestrySchema = z
  .object({
    artifact: z.string(),
    number: z.int(),
    parents: z.array(RelativeSchema),
    children: z.array(RelativeSchema),
    hidden: z.int().openapi({ description: "How many more are connected that the caller may not read" }),
    truncated: z.boolean().openapi({
      description: `Whether something was left out: at most ${limits.ancestryNodes} versions are shown, to the depth that was asked for`,
    }),
  })
  .openapi("Ancestry");

export type Ancestry = z.output<typeof AncestrySchema>;

export const outOfDateExample = {
  artifact: "hashicorp/web",
  number: 7,
  parent: { artifact: "hashicorp/base", number: 11 },
  newer: 12,
  channel: "production",
};

export const OutOfDateSchema = z
  .object({
    artifact: z.string(),
    number: z.int(),
    parent: z.object({ artifact: z.string(), number: z.int() }),
    newer: z.int().openapi({ description: "The version of the parent's artifact to build from now" }),
    channel: z.string().nullable().openapi({ description: "The channel that the parent was read from" }),
  })
  .openapi("OutOfDate");

export const OutOfDatePage = page(OutOfDateSchema, "OutOfDatePage");

export type OutOfDate = z.output<typeof OutOfDateSchema>;

export const outOfDateQuery = z.strictObject({
  namespace: namespaceName.optional(),
  artifact: artifactReference.optional(),
  limit,
  cursor,
});

export type OutOfDateQuery = z.output<typeof outOfDateQuery>;
