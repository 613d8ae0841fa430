import { Problem } from "./problem.ts";

/**
 * A compressed body could unpack to anything; so could one that is stored as it is, and served to somebody else.
 *
 * @throws Problem `unsupported_media_type`
 */
export function refuseEncoded(request: Request): void {
  const encoding = request.headers.get("content-encoding");
  if (encoding === null || /^(identity)?$/i.test(encoding.trim())) return;
  const detail = `The body has the Content-Encoding "${encoding}"; send it as it is, without one.`;
  throw new Problem("unsupported_media_type", detail);
}
