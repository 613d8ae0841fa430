import { z } from "@hono/zod-openapi";
import { buildParams, filePath, sha256 } from "../builds/schema.ts";
import { artifactParams } from "../http/schema.ts";

export const heldParams = artifactParams.extend({ sha256 });
export const fileParams = buildParams.extend({ path: filePath });

export const heldExample = {
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  size: 734003200,
};

/** Bytes that an artifact holds, so that a report of one of its builds may name them. */
export const HeldFileSchema = z
  .object({ sha256: z.string(), size: z.int() })
  .openapi("HeldFile", { example: heldExample });

export type HeldFile = z.output<typeof HeldFileSchema>;
