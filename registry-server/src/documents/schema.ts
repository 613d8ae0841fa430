import { z } from "@hono/zod-openapi";
import { buildParams } from "../builds/schema.ts";

/** Fit for a file name and a URL as they are. */
const documentName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    "must be 1 to 128 of letters, digits, dot, underscore and hyphen, and start with a letter or a digit",
  )
  .openapi({ example: "sbom.cdx.json" });

export const documentParams = buildParams.extend({ name: documentName });
