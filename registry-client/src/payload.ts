import { RegistryError } from "./problem.ts";

/** Bytes and what they are. */
export type Content = { bytes: Uint8Array; mediaType: string };

/** Bytes that are never whole in memory: how many there are, and where they come from. */
export type Upload = { size: number; mediaType: string; open(): AsyncIterable<Uint8Array> };

/** What a call may send; one of them. */
type Sent = { body?: unknown; content?: Content; upload?: Upload };

/** What is sent, the same in every attempt. */
export type Payload = { body: string | Uint8Array | undefined; headers: Record<string, string | number> };
const LARGEST_BODY_BYTES = 1024 * 1024;
const LARGEST_CONTENT_BYTES = 16 * LARGEST_BODY_BYTES;

/** What is uploaded: says when more of it is taken, and keeps why it could not be read. */
export class Source {
  failure: unknown;
  readonly #bytes: AsyncIterable<Uint8Array>;
  readonly #onTaken: (isAll: boolean) => void;

  constructor(bytes: AsyncIterable<Uint8Array>, onTaken: (isAll: boolean) => void) {
    this.#bytes = bytes;
    this.#onTaken = onTaken;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#bytes) {
        yield chunk;
        this.#onTaken(false);
      }
      this.#onTaken(true);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** What a call sends, at most as much as a registry takes. */
export function payloadOf({ body, content, upload }: Sent): Payload | undefined {
  if (upload) {
    const { size, mediaType } = upload;
    return { body: undefined, headers: { "content-type": mediaType, "content-length": size } };
  }
  if (content) return payload(content.bytes, content.mediaType, LARGEST_CONTENT_BYTES);
  return body === undefined
    ? undefined
    : payload(JSON.stringify(body), "application/json", LARGEST_BODY_BYTES);
}

function payload(body: string | Uint8Array, mediaType: string, limit: number): Payload {
  const length = Buffer.byteLength(body);
  if (length <= limit) return { body, headers: { "content-type": mediaType, "content-length": length } };
  const sentence = `the request is larger than the ${limit / 1024 / 1024} MiB that a registry takes`;
  throw new RegistryError("refused", sentence, { code: "body_too_large", status: 413 });
}
