import type { FileStore } from "../files/stores/store.ts";
import { tablesOf } from "./catalog.ts";
import type { Place } from "./connection.ts";
import { schemaOf } from "./schema.ts";
import { copyFiles, forgetOthers, heldFiles } from "./stored-files.ts";
import { batchesOf, fillTables, type Progress, requireSameShape, type Sums } from "./tables.ts";

export type MigrateNeeds = {
  from: Place;
  to: Place;
  /** Moves the bytes of files too; without it they stay where they are. */
  files: { from: FileStore; to: FileStore } | undefined;
  progress: Progress;
};

/**
 * Copies a registry into another, empty database, of the same kind or the other, and compares both. The first stays as
 * it is; nobody may write to it meanwhile.
 *
 * @throws OperatingError; nothing is left in the second database then
 */
export async function migrateRegistry({ from, to, files, progress }: MigrateNeeds): Promise<Sums> {
  return from.read(async (source) => {
    const schema = await schemaOf(source, from.shown);
    const sourceTables = await tablesOf(source);
    return to.fill(schema, async (filling) => {
      const tables = await tablesOf(filling);
      requireSameShape(sourceTables, tables);
      const sums = await fillTables(filling, tables, batchesOf(source, sourceTables), progress);
      if (files) {
        await copyFiles(await heldFiles(source, schema), files.from, files.to, progress);
        await forgetOthers(filling, schema);
      }
      return sums;
    });
  }, true);
}
