import type { FileStore } from "../files/stores/store.ts";
import type { Connection } from "./connection.ts";
import { versionShown } from "./rules.ts";
import type { Progress } from "./tables.ts";

const tellEveryMs = 5_000;
/** Equal bytes are often in many versions; where the first are is enough to know what is meant. */
const mostHolders = 3;

export type StoredFile = { sha256: string; size: number };

const firstSchemaWithFiles = 6;

const isHeld = "EXISTS (SELECT 1 FROM holdings h WHERE h.sha256 = blobs.sha256)";

/**
 * The files whose bytes somebody holds. What nobody holds any more may be removed at any moment, so it is not part of
 * what a registry is made of.
 */
export async function heldFiles(connection: Connection, schema: number): Promise<StoredFile[]> {
  if (schema < firstSchemaWithFiles) return [];
  const rows = await connection.query(
    `SELECT sha256, size FROM blobs WHERE state = 'stored' AND ${isHeld} ORDER BY sha256`,
  );
  return rows.map(({ sha256, size }) => ({ sha256: String(sha256), size: Number(size) }));
}

/** Which builds name some bytes, and at what path; the artifacts that hold them, where none does. */
export async function holdersOf(connection: Connection, sha256: string): Promise<string[]> {
  const rows = await connection.query(
    `SELECT ${versionShown} || ' ' || b.name || ' ' || f.path AS place
       FROM files f JOIN builds b ON b.id = f.build_id JOIN versions v ON v.id = b.version_id JOIN artifacts a ON a.id = v.artifact_id
      WHERE f.stored = 1 AND f.sha256 = '${sha256}' ORDER BY f.id LIMIT ${mostHolders}`,
  );
  if (rows.length > 0) return rows.map(({ place }) => String(place));
  const held = await connection.query(
    `SELECT a.path || ', by no build' AS place FROM holdings h JOIN artifacts a ON a.id = h.artifact_id
      WHERE h.sha256 = '${sha256}' ORDER BY h.id LIMIT ${mostHolders}`,
  );
  return held.map(({ place }) => String(place));
}

/** Forgets in a registry that was copied what was not copied: bytes that nobody holds. */
export async function forgetOthers(connection: Connection, schema: number): Promise<void> {
  if (schema < firstSchemaWithFiles) return;
  await connection.query(`DELETE FROM blobs WHERE NOT ${isHeld} RETURNING sha256`);
}

/** Does something with every file, and tells now and then how far it is. */
export async function forEachFile(
  files: StoredFile[],
  verb: string,
  progress: Progress,
  work: (file: StoredFile) => Promise<void>,
): Promise<void> {
  let told = Date.now();
  for (const [index, file] of files.entries()) {
    await work(file);
    if (Date.now() - told < tellEveryMs) continue;
    told = Date.now();
    progress(`${index + 1} of ${files.length} files ${verb}`);
  }
  if (files.length > 0) progress(`${files.length} files ${verb}`);
}

/** Copies what a store does not have from another. */
export async function copyFiles(
  files: StoredFile[],
  from: FileStore,
  to: FileStore,
  progress: Progress,
): Promise<void> {
  await forEachFile(files, "copied", progress, async ({ sha256, size }) => {
    if ((await to.size(sha256)) === size) return;
    await to.put(await from.read(sha256), { sha256, size, most: size });
  });
}
