import { z } from "zod";
import { OperatingError } from "./connection.ts";

/** The layout of archives that this program writes; a newer one is refused. */
export const archiveFormat = 1;

export const beginningName = "waybill-backup.json";
export const endName = "end.json";

/** What an archive begins with. */
export const beginning = z.object({
  format: z.literal(archiveFormat),
  waybill: z.string(),
  created_at: z.string(),
  /** The newest migration of the database. */
  schema: z.int().min(1),
  /** In the order in which they can be filled; `bytes` are the columns that are base64. */
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), bytes: z.array(z.string()) })),
  /** Whether it has the bytes of files, and not only what is known about them. */
  files: z.boolean(),
});

/** What an archive ends with: without it, it is not whole. */
export const end = z.object({
  tables: z.record(z.string(), z.object({ rows: z.int(), digest: z.string() })),
  files: z.object({ count: z.int(), bytes: z.int() }),
  /** The sha256 of what it begins with. */
  beginning: z.string(),
});

export type Beginning = z.infer<typeof beginning>;
export type End = z.infer<typeof end>;

/** Reads one of the two, which somebody else may have written. */
export function readPart<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const value = parsed(text);
  const format = (value as { format?: unknown } | undefined)?.format;
  if (typeof format === "number" && format > archiveFormat) {
    throw new OperatingError(
      `${what} was written by a newer Waybill (its format ${format}, this one knows ${archiveFormat}). Use that version or a later one.`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new OperatingError(`${what} is damaged, or not one that waybill backup wrote.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
