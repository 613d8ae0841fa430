import { z } from "@hono/zod-openapi";
import { timestamp } from "../http/schema.ts";

export const logExample = {
  build: "amazon-ebs.web",
  size: 48_213,
  cut: false,
  started_at: "2026-01-31T11:52:01.000Z",
  updated_at: "2026-01-31T12:00:00.000Z",
  ended_at: null,
};

export const LogSchema = z
  .object({
    build: z.string(),
    size: z.int().openapi({ description: "Bytes that are kept; the offset of what comes next" }),
    cut: z
      .boolean()
      .openapi({ description: "Whether more came than is kept; it ends with a line that says so" }),
    started_at: timestamp,
    updated_at: timestamp,
    ended_at: timestamp.nullable(),
  })
  .openapi("Log", { example: logExample });

export const LogsSchema = z.object({ logs: z.array(LogSchema) }).openapi("Logs");

export const offset = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,14})$/, "must be a number of bytes such as 4096")
  .transform(Number)
  .openapi({ type: "integer", minimum: 0, maximum: 999_999_999_999_999, example: 0 });

export type Log = z.output<typeof LogSchema>;
