import { z } from "@hono/zod-openapi";

const encoder = new TextEncoder();

/** An answer of one JSON value per line, made while it is sent: of any length, and never whole in memory. */
export class JsonLines {
  static readonly headers = { "Content-Type": "application/x-ndjson" };
  readonly #items: AsyncIterable<object>;

  /** @param items is ended when the reader goes away */
  constructor(items: AsyncIterable<object>) {
    this.#items = items;
  }

  toStream(): ReadableStream<Uint8Array> {
    return ReadableStream.from(writeLines(this.#items));
  }
}

async function* writeLines(items: AsyncIterable<object>): AsyncGenerator<Uint8Array> {
  for await (const item of items) yield encoder.encode(`${JSON.stringify(item)}\n`);
}

/** The response entry of a route contract that answers with {@link JsonLines}. */
export function jsonLinesAnswer(description: string, example: object) {
  const schema = z.string().openapi({ description: "One JSON value per line" });
  return {
    description,
    content: { "application/x-ndjson": { schema, example: `${JSON.stringify(example)}\n` } },
  };
}
