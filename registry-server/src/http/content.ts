import { z } from "@hono/zod-openapi";
import { type Hold, readBytes } from "./body.ts";
import { refuseEncoded } from "./encoding.ts";
import { Problem } from "./problem.ts";

/** Bytes that came as the body of a request, and what they are said to be. */
export type Received = { bytes: Buffer; mediaType: string };

/** An answer that is bytes instead of JSON. */
export class Content {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** Lower-case hexadecimal; the ETag. */
  readonly sha256: string;
  /** What a browser calls it when it saves it; of letters, digits, dots, hyphens and underscores. */
  readonly fileName: string;

  constructor(content: { bytes: Buffer; mediaType: string; sha256: string; fileName: string }) {
    this.bytes = content.bytes;
    this.mediaType = content.mediaType;
    this.sha256 = content.sha256;
    this.fileName = content.fileName;
  }

  get headers(): Record<string, string> {
    return {
      "Content-Type": this.mediaType,
      "Content-Length": String(this.bytes.byteLength),
      ...attachmentHeaders(this.fileName),
    };
  }
}

/** Somebody else wrote the bytes: a browser must neither guess what they are nor show them as a page of ours. */
export function attachmentHeaders(fileName: string): Record<string, string> {
  const plain = fileName.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  const whole = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return {
    "Content-Disposition": `attachment; filename="${plain}"${plain === fileName ? "" : `; filename*=UTF-8''${whole}`}`,
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
  };
}

const binary = { schema: z.string().openapi({ format: "binary" }), example: '{"bomFormat":"CycloneDX"}' };

/** The request body entry of a route contract that takes bytes of any type; no body is none of them. */
export function bytesBody(description: string) {
  return { required: false, description, content: { "*/*": binary } };
}

/** The response entry of a route contract that answers with {@link Content}. */
export function bytesAnswer(description: string) {
  return { description, content: { "*/*": binary } };
}

const mediaTypePattern =
  /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64}(\s*;\s*[a-z0-9_-]{1,32}=("[\x20\x21\x23-\x5b\x5d-\x7e]{0,64}"|[a-z0-9!#$&^_.+-]{1,64})){0,4}$/i;

/**
 * Reads the body of a request as it is.
 *
 * @param most how many bytes it may have
 * @param hold told of all that is kept in memory
 * @throws Problem `body_too_large`, `unsupported_media_type` when what it is said to be is no media type
 */
export async function readContent(request: Request, most: number, hold: Hold): Promise<Received> {
  const mediaType = mediaTypeOf(request);
  const bytes = await readBytes(
    request,
    most,
    "Store something that large elsewhere, and name it in labels.",
    hold,
  );
  return { bytes, mediaType };
}

/**
 * What a body is said to be.
 *
 * @throws Problem `unsupported_media_type` when that is no media type, or the body is encoded
 */
export function mediaTypeOf(request: Request): string {
  refuseEncoded(request);
  const mediaType = (request.headers.get("content-type") ?? "application/octet-stream").trim();
  if (mediaTypePattern.test(mediaType)) return mediaType;
  const detail =
    "The Content-Type is not a media type. Send one such as application/json or application/vnd.cyclonedx+json.";
  throw new Problem("unsupported_media_type", detail);
}
