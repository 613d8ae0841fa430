import { sql } from "kysely";
import type { Reader } from "../database/database.ts";

/** Enough for a message that helps whoever mistyped a path. */
const mostPaths = 50;

/** A file of a build, and whether the registry has its bytes (still: those of versions that ended are let go). */
export async function findFile(db: Reader, buildId: number, path: string) {
  const row = await db
    .selectFrom("files")
    .innerJoin("builds", "builds.id", "files.build_id")
    .leftJoin("holdings", (join) =>
      join
        .onRef("holdings.artifact_id", "=", "builds.artifact_id")
        .onRef("holdings.sha256", "=", "files.sha256")
        .on("files.stored", "=", 1),
    )
    .select(["files.path", "files.size", "files.sha256", sql<number | null>`holdings.id`.as("holding")])
    .where("files.build_id", "=", buildId)
    .where("files.path", "=", path)
    .executeTakeFirst();
  if (!row) return undefined;
  const { holding, ...file } = row;
  return { ...file, isHeld: holding !== null };
}

export async function listFilePaths(db: Reader, buildId: number): Promise<string[]> {
  const rows = await db
    .selectFrom("files")
    .select("path")
    .where("build_id", "=", buildId)
    .orderBy("id")
    .limit(mostPaths)
    .execute();
  return rows.map((row) => row.path);
}
