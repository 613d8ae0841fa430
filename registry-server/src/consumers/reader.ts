import { z } from "@hono/zod-openapi";
import type { Caller } from "../unit.ts";
import { longestConsumer } from "./schema.ts";

/** Who resolves something, and with which program. */
export type Reader = { consumer: string; client: string | undefined };

export const readerHeaders = z.object({
  "waybill-consumer": z.string().optional().openapi({
    description: "Who reads: a workspace, a CI job, a host. Percent-encoded where it is not ASCII",
    example: "acme/production-network",
  }),
  "user-agent": z.string().optional().openapi({ example: "waybill-provider/0.1.0" }),
});

/** Who reads: as they name themselves, or else by their token. */
export function readerOf(headers: z.output<typeof readerHeaders>, caller: Caller): Reader {
  const named = printableStart(decode(headers["waybill-consumer"] ?? ""), longestConsumer);
  const consumer = named === "" ? `token:${caller.name}`.slice(0, longestConsumer) : named;
  return { consumer, client: headers["user-agent"] };
}

function decode(header: string): string {
  if (!header.includes("%")) return header;
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

/** What nearly every name is already; asking for it costs a fraction of making it so. */
const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What of a text can be stored on both databases and shown on one line. */
export function printableStart(text: string, most: number): string {
  if (text.length <= most && plain.test(text)) return text;
  const printable = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .trim();
  return printable.slice(0, most).toWellFormed();
}
