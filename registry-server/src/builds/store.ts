import type { Insertable, Selectable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { readJson, writeJson } from "../database/json.ts";
import { rowsAsJson } from "../database/lists.ts";
import { prepared } from "../database/prepared.ts";
import type { Tables } from "../database/schema.ts";
import { releaseFiles } from "../files/store.ts";
import type { Build, BuildReport, Document, File, Image, Parent } from "./schema.ts";

/** Few enough rows that their values stay below what a statement may have (SQLite: 32,766). */
const rowsPerInsert = 1_000;

/** Builds with all that belongs to them in one query: on PostgreSQL each costs a trip to the database. */
// `in (?)`, not `= ?`: see resolving/store.ts.
const buildsOf = prepared((db, p: { versionId: number }) =>
  db
    .selectFrom("builds")
    .selectAll()
    .select((eb) => [
      rowsAsJson(
        db,
        eb
          .selectFrom("images")
          .select(["platform", "region", "external_id", "source_image_id", "images.labels"])
          .whereRef("build_id", "=", "builds.id")
          .orderBy("images.id"),
      ).as("images"),
      rowsAsJson(
        db,
        eb
          .selectFrom("files")
          .select(["path", "size", "sha256", "stored"])
          .whereRef("build_id", "=", "builds.id")
          .orderBy("files.id"),
      ).as("files"),
      rowsAsJson(
        db,
        eb
          .selectFrom("parents")
          .select(["artifact", "number", "fingerprint", "channel"])
          .whereRef("build_id", "=", "builds.id")
          .orderBy("parents.id"),
      ).as("parents"),
      rowsAsJson(
        db,
        eb
          .selectFrom("documents")
          .select(["documents.name", "media_type", "size", "sha256"])
          .whereRef("build_id", "=", "builds.id")
          .orderBy("documents.name"),
      ).as("documents"),
    ])
    .where("version_id", "in", [p.versionId])
    .orderBy("id"),
);

/** All builds of a version, in the order they first reported. */
export async function loadBuilds(db: Reader, versionId: number): Promise<Build[]> {
  const builds = await buildsOf(db, { versionId });
  return builds.map((build) => ({
    ...viewBuild(build),
    images: readJson(build.images).map(viewImage),
    files: readJson(build.files).map(viewFile),
    parents: readJson(build.parents).map(viewParent),
    documents: readJson(build.documents),
  }));
}

type Head = Omit<Build, "images" | "files" | "parents" | "documents">;

function viewBuild(row: Selectable<Tables["builds"]>): Head {
  return {
    name: row.name,
    artifact_type: row.artifact_type,
    metadata: readJson(row.metadata),
    labels: readJson(row.labels),
    provenance: readJson(row.provenance),
    started_at: row.started_at,
    ended_at: row.ended_at,
    reported_at: row.reported_at,
  };
}

/** An image as answers show it. */
export function viewImage(row: Omit<Selectable<Tables["images"]>, "id" | "build_id">): Image {
  return {
    platform: row.platform,
    region: row.region,
    external_id: row.external_id,
    source_image_id: row.source_image_id,
    labels: readJson(row.labels),
  };
}

function viewFile({
  path,
  size,
  sha256,
  stored,
}: Omit<Selectable<Tables["files"]>, "id" | "build_id">): File {
  return { path, size, sha256, stored: stored === 1 };
}

function viewParent({
  artifact,
  number,
  fingerprint,
  channel,
}: Omit<Selectable<Tables["parents"]>, "id" | "build_id">): Parent {
  return {
    artifact,
    ...(number !== null && { version: number }),
    ...(fingerprint !== null && { fingerprint }),
    ...(channel !== null && { channel }),
  };
}

/** A document as answers show it, without its bytes. */
export function viewDocument({ name, media_type, size, sha256 }: Document): Document {
  return { name, media_type, size, sha256 };
}

export type BuildHead = { version_id: number; name: string; artifact_type: string; reported_at: string };

/** Name, type and time of the builds of several versions. */
export async function listBuildHeads(db: Reader, versionIds: number[]): Promise<BuildHead[]> {
  if (versionIds.length === 0) return [];
  return db
    .selectFrom("builds")
    .select(["version_id", "name", "artifact_type", "reported_at"])
    .where("version_id", "in", versionIds)
    .orderBy("id")
    .execute();
}

/**
 * @property latestNumber that of its version, when that is complete at once and may be `latest`
 * @property replaces whether a build of that name is there already
 */
export type BuildOwner = {
  artifactId: number;
  versionId: number;
  latestNumber: number | null;
  replaces: boolean;
};

/** Stores a build; an earlier report of it is replaced, with its images, files and parents, and what was attached. */
export async function writeBuild(
  tx: Writer,
  { artifactId, versionId, latestNumber, replaces }: BuildOwner,
  name: string,
  report: BuildReport,
  now: string,
): Promise<void> {
  const columns = {
    artifact_type: report.artifact_type,
    metadata: writeJson(report.metadata ?? {}),
    labels: writeJson(report.labels ?? {}),
    provenance: writeJson(report.provenance ?? {}),
    started_at: report.started_at ?? null,
    ended_at: report.ended_at ?? null,
    reported_at: now,
  };
  const { id } = await tx
    .insertInto("builds")
    .values({ version_id: versionId, artifact_id: artifactId, latest_number: latestNumber, name, ...columns })
    .onConflict((conflict) => conflict.columns(["version_id", "name"]).doUpdateSet(columns))
    .returning("id")
    .executeTakeFirstOrThrow();
  if (replaces) await releaseFiles(tx, { build: id }, now);
  for (const table of replaces ? (["images", "files", "parents", "documents"] as const) : []) {
    await tx.deleteFrom(table).where("build_id", "=", id).execute();
  }
  await insertRows(
    tx,
    "images",
    (report.images ?? []).map((image) => imageRow(id, image)),
  );
  await insertRows(
    tx,
    "files",
    (report.files ?? []).map((file) => ({ build_id: id, ...file, stored: Number(file.stored ?? true) })),
  );
  await insertRows(
    tx,
    "parents",
    (report.parents ?? []).map((parent) => parentRow(id, parent)),
  );
}

async function insertRows<T extends "images" | "files" | "parents">(
  tx: Writer,
  table: T,
  rows: Insertable<Tables[T]>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const some: readonly Insertable<Tables[T]>[] = rows.slice(start, start + rowsPerInsert);
    await tx
      .insertInto<"images" | "files" | "parents">(table)
      .values(some as never)
      .execute();
  }
}

type ReportedImage = NonNullable<BuildReport["images"]>[number];

function imageRow(buildId: number, image: ReportedImage): Insertable<Tables["images"]> {
  return {
    build_id: buildId,
    platform: image.platform,
    region: image.region,
    external_id: image.external_id,
    source_image_id: image.source_image_id ?? null,
    labels: writeJson(image.labels ?? {}),
  };
}

function parentRow(buildId: number, parent: Parent): Insertable<Tables["parents"]> {
  return {
    build_id: buildId,
    artifact: parent.artifact,
    number: parent.version ?? null,
    fingerprint: parent.fingerprint ?? null,
    channel: parent.channel ?? null,
  };
}

/** Gives the builds of a version that may be `latest` its number, so that `latest` with a type is one look-up. */
export async function markLatestBuilds(tx: Writer, versionId: number, number: number): Promise<void> {
  await latestOf(tx, { versionId, number });
}

const latestOf = prepared((db, p: { versionId: number; number: number }) =>
  db
    .updateTable("builds")
    .set({ latest_number: p.number })
    .where("version_id", "=", p.versionId)
    .returning("id"),
);
