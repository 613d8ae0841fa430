import { hash } from "node:crypto";
import type { Writable } from "node:stream";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createTarPacker } from "modern-tar";
import { type Beginning, beginningName, type End, endName } from "./archive.ts";
import type { Value } from "./catalog.ts";
import type { Batch, Sums } from "./tables.ts";

const compress = promisify(gzip);
/** Archives hold hashes of tokens and secrets of webhooks. */
const entryMode = 0o600;

/** Writes an archive from its beginning to its end, as fast as its target takes it. */
export class ArchiveWriter {
  readonly #packer = createTarPacker();
  readonly #written: Promise<void>;
  readonly #parts = new Map<string, number>();
  #beginning = "";
  #files = { count: 0, bytes: 0 };

  constructor(target: Writable) {
    this.#written = pipeline(Readable.fromWeb(this.#packer.readable), target);
    // It is told by the next write, or by `end`.
    this.#written.catch(() => {});
  }

  async begin(beginning: Beginning): Promise<void> {
    const text = `${JSON.stringify(beginning, null, 2)}\n`;
    this.#beginning = hash("sha256", text);
    await this.#entry(beginningName, Buffer.from(text));
  }

  async rows({ table, rows }: Batch): Promise<void> {
    const part = (this.#parts.get(table) ?? 0) + 1;
    this.#parts.set(table, part);
    const lines = rows.map((row) => `${JSON.stringify(row.map(writable))}\n`).join("");
    const name = `tables/${table}/${String(part).padStart(8, "0")}.jsonl.gz`;
    await this.#entry(name, await compress(lines));
  }

  async file(sha256: string, size: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    const body = this.#packer.controller.add({ name: `files/${sha256}`, size, mode: entryMode });
    const writer = body.getWriter();
    for await (const chunk of content) await this.#orBroken(writer.write(chunk));
    await this.#orBroken(writer.close());
    this.#files = { count: this.#files.count + 1, bytes: this.#files.bytes + size };
  }

  /** Writes the end, which makes it whole, and waits until the target has everything. */
  async end(tables: Sums): Promise<End> {
    const end: End = { tables, files: this.#files, beginning: this.#beginning };
    await this.#entry(endName, Buffer.from(`${JSON.stringify(end, null, 2)}\n`));
    this.#packer.controller.finalize();
    await this.#written;
    return end;
  }

  async #entry(name: string, content: Buffer): Promise<void> {
    const writer = this.#packer.controller.add({ name, size: content.length, mode: entryMode }).getWriter();
    await this.#orBroken(writer.write(content));
    await this.#orBroken(writer.close());
  }

  /** Says why the target broke, such as a full disk, rather than that it did. */
  async #orBroken(step: Promise<void>): Promise<void> {
    await step.catch(async (error: unknown) => {
      await this.#written;
      throw error;
    });
  }
}

function writable(value: Value): string | number | null {
  return Buffer.isBuffer(value) ? value.toString("base64") : value;
}
