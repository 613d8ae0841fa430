import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { type Beginning, beginning, beginningName, type End, end, endName, readPart } from "./archive.ts";
import type { Value } from "./catalog.ts";
import { OperatingError } from "./connection.ts";
import { requireKnown } from "./schema.ts";
import type { Batch } from "./tables.ts";

const unpack = promisify(gunzip);
/** The beginning names every table; a part of a table ends with its first row beyond a megabyte. */
const mostTextBytes = 16 * 1_048_576;
const mostPartBytes = 256 * 1_048_576;

export type ArchivedFile = { sha256: string; size: number; content: AsyncIterable<Uint8Array> };
export type ArchivePart = { batch: Batch } | { file: ArchivedFile };

/** An archive that is read once, from its beginning to its end. */
export class ArchiveReader {
  readonly beginning: Beginning;
  readonly #shown: string;
  readonly #entries: AsyncIterator<ParsedTarEntry>;
  readonly #digest: string;
  #end: End | undefined;

  private constructor(shown: string, entries: AsyncIterator<ParsedTarEntry>, text: string) {
    this.#shown = shown;
    this.#entries = entries;
    this.#digest = hash("sha256", text);
    this.beginning = readPart(beginning, text, shown);
    requireKnown(this.beginning.schema, shown);
  }

  /** @throws OperatingError when it does not begin as an archive does, or is of a newer Waybill */
  static async open(source: Readable, shown: string): Promise<ArchiveReader> {
    const decoder = createTarDecoder({ strict: true });
    const entries = (Readable.toWeb(source) as ReadableStream<Uint8Array>)
      .pipeThrough(decoder)
      [Symbol.asyncIterator]();
    const first = await next(entries, shown);
    if (first?.header.name !== beginningName) {
      throw new OperatingError(`${shown} is no archive that waybill backup wrote.`);
    }
    return new ArchiveReader(shown, entries, await textOf(first, shown));
  }

  /** What the archive says it holds; known once its parts have been read. */
  get end(): End {
    if (this.#end) return this.#end;
    throw new OperatingError(`${this.#shown} ends too early: it was cut off, or its backup did not finish.`);
  }

  /** What to throw for a part that is not what was written. */
  damaged(name: string): OperatingError {
    return damaged(this.#shown, name);
  }

  /** Its tables and files, in order. What a part gives must be read before the next. */
  async *parts(): AsyncIterable<ArchivePart> {
    const tables = new Map(this.beginning.tables.map((table) => [table.name, table]));
    for (;;) {
      const entry = await next(this.#entries, this.#shown);
      if (!entry) return;
      const { name, size } = entry.header;
      const [, folder, rest = ""] = /^(tables|files)\/(.+)$/.exec(name) ?? [];
      const table = tables.get(rest.replace(/\/\d+\.jsonl\.gz$/, ""));
      if (folder === "files" && /^[0-9a-f]{64}$/.test(rest)) {
        yield { file: { sha256: rest, size, content: contentOf(entry, this.#shown) } };
      } else if (folder === "tables" && table) {
        const rows = await rowsOf(entry, table, this.#shown);
        yield { batch: { table: table.name, rows } };
      } else if (name === endName && !this.#end) {
        this.#end = readPart(end, await textOf(entry, this.#shown), this.#shown);
        if (this.#end.beginning !== this.#digest) throw damaged(this.#shown, beginningName);
      } else throw damaged(this.#shown, name);
    }
  }
}

type ArchivedTable = Beginning["tables"][number];

async function rowsOf(
  entry: ParsedTarEntry,
  { columns, bytes }: ArchivedTable,
  shown: string,
): Promise<Value[][]> {
  const packed = await bytesOf(entry, shown);
  const binary = columns.map((column) => bytes.includes(column));
  try {
    const text = (await unpack(packed, { maxOutputLength: mostPartBytes })).toString();
    return text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const row = JSON.parse(line) as (string | number | null)[];
        if (!Array.isArray(row) || row.length !== columns.length) throw damaged(shown, entry.header.name);
        return row.map((value, index) =>
          binary[index] && typeof value === "string" ? Buffer.from(value, "base64") : value,
        );
      });
  } catch {
    throw damaged(shown, entry.header.name);
  }
}

async function next(
  entries: AsyncIterator<ParsedTarEntry>,
  shown: string,
): Promise<ParsedTarEntry | undefined> {
  const { done, value } = await entries.next().catch((error: unknown) => {
    throw unreadable(error, shown);
  });
  return done ? undefined : value;
}

async function* contentOf({ body }: ParsedTarEntry, shown: string): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw unreadable(error, shown);
  }
}

async function bytesOf(entry: ParsedTarEntry, shown: string, most = mostPartBytes): Promise<Buffer> {
  if (entry.header.size > most) throw damaged(shown, entry.header.name);
  const chunks: Uint8Array[] = [];
  for await (const chunk of contentOf(entry, shown)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function textOf(entry: ParsedTarEntry, shown: string): Promise<string> {
  return (await bytesOf(entry, shown, mostTextBytes)).toString();
}

/** Errors of the system have a code; what is left is what the format does not allow. */
function unreadable(error: unknown, shown: string): OperatingError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith("E") && !code.startsWith("ERR_"))
    return new OperatingError(`${shown} cannot be read: ${message}.`);
  return new OperatingError(
    `${shown} is damaged or was cut off (${message.replace(/\.$/, "")}). Use another backup.`,
  );
}

function damaged(shown: string, name: string): OperatingError {
  return new OperatingError(
    `${shown} is damaged: "${name}" in it is not what waybill backup writes. Use another backup.`,
  );
}
