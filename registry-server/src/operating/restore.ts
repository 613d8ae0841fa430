import type { Readable } from "node:stream";
import type { FileStore } from "../files/stores/store.ts";
import { verified } from "../files/stores/verified.ts";
import { Problem } from "../http/problem.ts";
import type { Beginning, End } from "./archive.ts";
import { type ArchivedFile, ArchiveReader } from "./archive-reader.ts";
import { tablesOf } from "./catalog.ts";
import { OperatingError, type Place } from "./connection.ts";
import { forgetOthers } from "./stored-files.ts";
import { Adding, type Batch, fillTables, type Progress, requireSame, requireSameShape } from "./tables.ts";

const tellEveryMs = 5_000;

export type Restored = { beginning: Beginning; end: End };

/**
 * Makes a registry of an archive, where there is none. Nothing is put in place before everything was compared with what
 * the archive says of itself.
 *
 * @param store where the bytes of files go
 * @throws OperatingError
 */
export async function restoreFrom(
  source: Readable,
  shown: string,
  { place, store, progress }: { place: Place; store: FileStore; progress: Progress },
): Promise<Restored> {
  const archive = await ArchiveReader.open(source, shown);
  const { beginning } = archive;
  return place.fill(beginning.schema, async (filling) => {
    const tables = await tablesOf(filling);
    requireSameShape(shapeOf(beginning), tables);
    const keep = ({ sha256, size, content }: ArchivedFile) =>
      store.put(content, { sha256, size, most: size });
    const sums = await fillTables(filling, tables, partsOf(archive, keep, progress), progress);
    requireSame(archive.end.tables, sums);
    await forgetOthers(filling, beginning.schema);
    return { beginning, end: archive.end };
  });
}

/** Reads an archive whole and compares it with what it says of itself. */
export async function verifyArchive(source: Readable, shown: string, progress: Progress): Promise<Restored> {
  const archive = await ArchiveReader.open(source, shown);
  const { beginning } = archive;
  const adding = new Adding(beginning.tables, progress);
  const read = async ({ sha256, size, content }: ArchivedFile) => {
    for await (const _chunk of verified(content, { sha256, size, most: size }));
  };
  for await (const batch of partsOf(archive, read, progress)) adding.add(batch);
  requireSame(archive.end.tables, adding.sums);
  return { beginning, end: archive.end };
}

/** The rows of an archive; its files are handled on the way. */
async function* partsOf(
  archive: ArchiveReader,
  handle: (file: ArchivedFile) => Promise<unknown>,
  progress: Progress,
): AsyncIterable<Batch> {
  let told = Date.now();
  let count = 0;
  let bytes = 0;
  for await (const part of archive.parts()) {
    if ("batch" in part) {
      yield part.batch;
      continue;
    }
    await handle(part.file).catch((error: unknown) => {
      const differs = error instanceof Problem && error.code === "file_differs";
      throw differs ? archive.damaged(`files/${part.file.sha256}`) : error;
    });
    count++;
    bytes += part.file.size;
    if (Date.now() - told < tellEveryMs) continue;
    told = Date.now();
    progress(`${count} files read`);
  }
  const { files } = archive.end;
  if (files.count === count && files.bytes === bytes) return;
  throw new OperatingError(
    `The archive has ${count} files where it says it has ${files.count}: it is damaged. Use another backup.`,
  );
}

function shapeOf({ tables }: Beginning): { name: string; columns: { name: string }[] }[] {
  return tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => ({ name: column })) }));
}
