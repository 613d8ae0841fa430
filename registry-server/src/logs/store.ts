import type { Selectable, Updateable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import type { Tables } from "../database/schema.ts";

export type LogRow = Selectable<Tables["logs"]>;
/** A stretch of a log as it is stored. */
export type Chunk = Pick<Selectable<Tables["log_chunks"]>, "start" | "size" | "content">;

export async function findLog(db: Reader, versionId: number, build: string): Promise<LogRow | undefined> {
  return selectLog(db, versionId, build).executeTakeFirst();
}

/** A log, locked until the transaction ends: whoever appends holds it. */
export async function lockLog(tx: Writer, versionId: number, build: string): Promise<LogRow | undefined> {
  return selectLog(tx, versionId, build)
    .$if(dialectOf(tx).rowLocks, (query) => query.forUpdate())
    .executeTakeFirst();
}

function selectLog(db: Reader, versionId: number, build: string) {
  return db.selectFrom("logs").selectAll().where("version_id", "=", versionId).where("build", "=", build);
}

/** The logs of a version, by the name of their build. */
export async function listLogs(db: Reader, versionId: number): Promise<LogRow[]> {
  return db.selectFrom("logs").selectAll().where("version_id", "=", versionId).orderBy("build").execute();
}

export async function insertLog(tx: Writer, versionId: number, build: string, now: string): Promise<LogRow> {
  return tx
    .insertInto("logs")
    .values({ version_id: versionId, build, started_at: now, updated_at: now })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function updateLog(
  tx: Writer,
  id: number,
  columns: Updateable<Tables["logs"]>,
): Promise<LogRow> {
  return tx.updateTable("logs").set(columns).where("id", "=", id).returningAll().executeTakeFirstOrThrow();
}

export async function insertChunk(tx: Writer, logId: number, chunk: Chunk): Promise<void> {
  await tx
    .insertInto("log_chunks")
    .values({ log_id: logId, ...chunk })
    .execute();
}

/** The chunks of a log that begin before `end`, from the one that holds `start` on. */
export async function listChunks(db: Reader, logId: number, start: number, end: number): Promise<Chunk[]> {
  return db
    .selectFrom("log_chunks")
    .select(["start", "size", "content"])
    .where("log_id", "=", logId)
    .where("start", ">=", (eb) =>
      eb
        .selectFrom("log_chunks as earlier")
        .select("earlier.start")
        .where("earlier.log_id", "=", logId)
        .where("earlier.start", "<=", start)
        .orderBy("earlier.start", "desc")
        .limit(1),
    )
    .where("start", "<", end)
    .orderBy("start")
    .execute();
}

/** Removes the chunks of a log from `start` on. */
export async function removeChunks(tx: Writer, logId: number, start: number): Promise<void> {
  await tx.deleteFrom("log_chunks").where("log_id", "=", logId).where("start", ">=", start).execute();
}

export async function removeLog(tx: Writer, id: number): Promise<void> {
  await tx.deleteFrom("logs").where("id", "=", id).execute();
}

/** Removes the logs of a version. */
export async function removeLogs(tx: Writer, versionId: number): Promise<void> {
  await tx.deleteFrom("logs").where("version_id", "=", versionId).execute();
}

/** Removes the logs of all versions of an artifact. */
export async function removeLogsOf(tx: Writer, artifactId: number): Promise<void> {
  const versions = tx.selectFrom("versions").select("versions.id").where("artifact_id", "=", artifactId);
  await tx.deleteFrom("logs").where("version_id", "in", versions).execute();
}
