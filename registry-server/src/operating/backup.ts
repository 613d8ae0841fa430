import { createWriteStream, existsSync, rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Writable } from "node:stream";
import type { FileStore } from "../files/stores/store.ts";
import { productVersion } from "../version.ts";
import { archiveFormat, type End } from "./archive.ts";
import { ArchiveWriter } from "./archive-writer.ts";
import { tablesOf } from "./catalog.ts";
import { OperatingError, type Place } from "./connection.ts";
import { schemaOf } from "./schema.ts";
import { forEachFile, heldFiles } from "./stored-files.ts";
import { Adding, batchesOf, type Progress } from "./tables.ts";

export type BackupNeeds = {
  place: Place;
  /** Where the bytes of files are; without it they stay out of the archive. */
  files: FileStore | undefined;
  progress: Progress;
};

/**
 * Writes the registry as it is at one moment to a file, while servers run.
 *
 * @param path a file that does not exist; it appears when it is whole
 * @throws OperatingError
 */
export async function backupToFile(path: string, needs: BackupNeeds): Promise<End> {
  if (existsSync(path))
    throw new OperatingError(
      `${path} exists already. Name a new file, such as one with the day in its name.`,
    );
  const aside = `${path}.${process.pid}.tmp`;
  const removeAside = () => rmSync(aside, { force: true });
  process.once("exit", removeAside);
  try {
    const target = createWriteStream(aside, { flags: "wx", mode: 0o600, flush: true });
    const end = await backupTo(target, needs).catch((error: unknown) => {
      throw unwritten(error, path);
    });
    await rename(aside, path);
    await syncDirectory(dirname(path));
    return end;
  } finally {
    process.off("exit", removeAside);
    removeAside();
  }
}

/** {@link backupToFile} for whatever takes bytes, such as standard output. */
export async function backupTo(target: Writable, { place, files, progress }: BackupNeeds): Promise<End> {
  const archive = new ArchiveWriter(target);
  const { sums, stored } = await place.read(async (connection) => {
    const schema = await schemaOf(connection, place.shown);
    const tables = await tablesOf(connection);
    await archive.begin({
      format: archiveFormat,
      waybill: productVersion,
      created_at: new Date().toISOString(),
      schema,
      tables: tables.map(({ name, columns }) => ({
        name,
        columns: columns.map((column) => column.name),
        bytes: columns.filter(({ kind }) => kind === "bytes").map((column) => column.name),
      })),
      files: files !== undefined,
    });
    const adding = new Adding(tables, progress);
    for await (const batch of batchesOf(connection, tables)) {
      adding.add(batch);
      await archive.rows(batch);
    }
    return { sums: adding.sums, stored: await heldFiles(connection, schema) };
  });
  // The database is let go first: copying many files takes long, and nothing changes in them.
  if (files) {
    await forEachFile(stored, "written", progress, async ({ sha256, size }) => {
      const content = await files.read(sha256).catch((error: Error) => {
        throw new OperatingError(
          `The file ${sha256} cannot be read from ${files.shown}: ${error.message}. If it was deleted while this ran, run it again; otherwise "waybill check" says what is missing.`,
        );
      });
      await archive.file(sha256, size, content);
    });
  }
  return archive.end(sums);
}

/** Why an archive could not be written, as a sentence. */
export function unwritten(error: unknown, path: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (!code || !/^(open|write|writev|close|fsync)$/.test(syscall ?? "")) return error;
  return new OperatingError(`${path} cannot be written: ${message}. Nothing was kept.`);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
