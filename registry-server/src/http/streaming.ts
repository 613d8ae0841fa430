/** Bodies that are never whole in memory: taken while they arrive, and given while they are read. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { expectSlowly } from "./arrival.ts";
import { attachmentHeaders, mediaTypeOf } from "./content.ts";
import { givingBack } from "./giving-back.ts";
import { Problem } from "./problem.ts";

/** A request body that is handed on while it arrives. */
export type Arriving = {
  /** To be read once, and not again after it was left; it fails when the client goes away or is too slow. */
  stream: AsyncIterable<Uint8Array>;
  /** What Content-Length says; nothing when the client does not know it either. */
  size: number | undefined;
  mediaType: string;
};

/** Bytes of something, the last one included, as HTTP counts them. */
export type Range = { start: number; end: number };

type StreamedOptions = {
  /** Of the whole, whatever part of it is asked for. */
  size: number;
  mediaType: string;
  /** Changes with the bytes. Without it the client is never told that it has them already. */
  etag?: string;
  /** What a browser calls it when it saves it; without it the answer may be shown. */
  fileName?: string;
  headers?: Record<string, string>;
  /** Begins to read; not called when no bytes are wanted. The stream is cancelled when the client goes away. */
  open(range: Range | undefined): Promise<ReadableStream<Uint8Array>>;
};

/** An answer that is read while it is sent, whole or the part that `Range` asks for. */
export class Streamed {
  readonly options: StreamedOptions;

  constructor(options: StreamedOptions) {
    this.options = options;
  }
}

const binary = {
  schema: z.string().openapi({ format: "binary" }),
  example: "...",
  "x-streamed": true,
} as const;

/** The request body entry of a route contract that takes bytes while they arrive; its handler gets {@link Arriving}. */
export function streamBody(description: string) {
  return { required: false, description, content: { "*/*": binary } };
}

/** The response entry of a route contract that answers with {@link Streamed}; to be used for 200 and 206. */
export function streamAnswer(description: string) {
  return { description, content: { "*/*": binary } };
}

/** The body of a request, as it arrives. A handler that leaves it early still answers. */
export function arriving(c: Context): Arriving {
  const { raw } = c.req;
  const mediaType = mediaTypeOf(raw);
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
  const length = raw.headers.get("content-length");
  const size = length === null ? undefined : Number(length);
  if (incoming) return { stream: expectSlowly(incoming), size, mediaType };
  return { stream: raw.body?.values({ preventCancel: true }) ?? nothing(), size, mediaType };
}

async function* nothing(): AsyncIterable<Uint8Array> {}

/**
 * Answers with the bytes, or the part that is asked for, or that the client has them already.
 *
 * @throws Problem `range_not_satisfiable`
 */
export async function toStreamedResponse(
  c: Context,
  { options }: Streamed,
  headers: Record<string, string>,
): Promise<Response> {
  const { size, etag, mediaType, fileName } = options;
  Object.assign(headers, { "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache" }, options.headers);
  if (etag !== undefined) headers.ETag = etag;
  if (etag !== undefined && isNamed(etag, c.req.header("if-none-match"))) {
    return new Response(null, { status: 304, headers });
  }
  const ifRange = c.req.header("if-range");
  const wanted = ifRange === undefined || ifRange === etag ? c.req.header("range") : undefined;
  const range = readRange(wanted, size);
  headers["Content-Type"] = mediaType;
  if (fileName !== undefined) Object.assign(headers, attachmentHeaders(fileName));
  headers["Content-Length"] = String(range ? range.end - range.start + 1 : size);
  if (range) headers["Content-Range"] = `bytes ${range.start}-${range.end}/${size}`;
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse };
  const body = c.req.method === "HEAD" ? null : givingBack(await options.open(range), outgoing);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** Whether an entity tag is among those of `If-None-Match`. */
export function isNamed(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .some((given) => given.trim() === "*" || given.trim().replace(/^W\//, "") === etag);
}

/** One range; several, and what is none, mean all of it, as RFC 9110 allows. */
export function readRange(text: string | undefined, size: number): Range | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text?.trim() ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start < size && start <= end) return { start, end };
  throw new Problem("range_not_satisfiable", `There are ${size} bytes, and none of those in "${text}".`, {
    size,
  });
}
