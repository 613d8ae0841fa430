import type { Selectable } from "kysely";
import type { Document } from "../builds/schema.ts";
import type { Reader, Writer } from "../database/database.ts";
import type { Tables } from "../database/schema.ts";

export type DocumentRow = Selectable<Tables["documents"]>;

/** The id of a build of a version. */
export async function findBuildId(db: Reader, versionId: number, name: string): Promise<number | undefined> {
  const build = await db
    .selectFrom("builds")
    .select("id")
    .where("version_id", "=", versionId)
    .where("name", "=", name)
    .executeTakeFirst();
  return build?.id;
}

/** The documents of a build, without their bytes. */
export async function listDocuments(db: Reader, buildId: number): Promise<Document[]> {
  return db
    .selectFrom("documents")
    .select(["name", "media_type", "size", "sha256"])
    .where("build_id", "=", buildId)
    .orderBy("name")
    .execute();
}

export async function findDocument(
  db: Reader,
  buildId: number,
  name: string,
): Promise<DocumentRow | undefined> {
  return db
    .selectFrom("documents")
    .selectAll()
    .where("build_id", "=", buildId)
    .where("name", "=", name)
    .executeTakeFirst();
}

/** Adds a document to a build, or replaces the one of its name. */
export async function writeDocument(
  tx: Writer,
  buildId: number,
  document: Document & { content: Buffer },
  now: string,
): Promise<void> {
  const { name, ...columns } = document;
  await tx
    .insertInto("documents")
    .values({ build_id: buildId, name, ...columns, created_at: now })
    .onConflict((conflict) =>
      conflict.columns(["build_id", "name"]).doUpdateSet({ ...columns, created_at: now }),
    )
    .execute();
}

export async function removeDocument(tx: Writer, buildId: number, name: string): Promise<void> {
  await tx.deleteFrom("documents").where("build_id", "=", buildId).where("name", "=", name).execute();
}
