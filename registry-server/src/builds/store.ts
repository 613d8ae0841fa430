import type { Selectable } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { insertMany } from "../database/insert-many.ts";
import { readJson, writeJson } from "../database/json.ts";
import { rowsAsJson } from "../database/lists.ts";
import { prepared } from "../database/prepared.ts";
import type { Tables } from "../database/schema.ts";
import { releaseFiles } from "../files/store.ts";
import type { Build, BuildReport, Document, File, Image, Parent } from "./schema.ts";

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
 * A build that was not there.
 *
 * @property latestNumber that of its version, when that is complete at once and may be `latest`
 */
export type NewBuild = {
  artifactId: number;
  versionId: number;
  latestNumber: number | null;
  name: string;
  report: BuildReport;
};

/** Stores new builds, and gives what {@link loadBuilds} would, by version. */
export async function insertBuilds(
  tx: Writer,
  builds: NewBuild[],
  now: string,
): Promise<Map<number, Build[]>> {
  const rows = builds.map(({ artifactId, versionId, latestNumber, name, report }) => ({
    version_id: versionId,
    artifact_id: artifactId,
    latest_number: latestNumber,
    name,
    ...columnsOf(report, now),
  }));
  const ids = await insertMany<"builds", { id: number; version_id: number; name: string }>(
    tx,
    "builds",
    rows,
    "id, version_id, name",
  );
  const idOf = new Map(ids.map(({ id, version_id, name }) => [`${version_id} ${name}`, id]));
  const parts = builds.map(({ versionId, name, report }) => ({
    id: idOf.get(`${versionId} ${name}`) ?? 0,
    report,
  }));
  await insertParts(tx, parts);
  const stored = builds.map(({ versionId, name, report }) => ({
    versionId,
    build: builtFrom(name, report, now),
  }));
  const byVersion = Map.groupBy(stored, ({ versionId }) => versionId);
  return new Map([...byVersion].map(([id, some]) => [id, some.map(({ build }) => build)]));
}

/** Stores a report in place of the earlier one of its build, of which nothing stays, nor of what was attached to it. */
export async function replaceBuild(
  tx: Writer,
  versionId: number,
  name: string,
  report: BuildReport,
  now: string,
): Promise<void> {
  const { metadata, labels, provenance, ...columns } = columnsOf(report, now);
  const { id } = await tx
    .updateTable("builds")
    .set({
      ...columns,
      metadata: writeJson(metadata),
      labels: writeJson(labels),
      provenance: writeJson(provenance),
    })
    .where("version_id", "=", versionId)
    .where("name", "=", name)
    .returning("id")
    .executeTakeFirstOrThrow();
  await releaseFiles(tx, { build: id }, now);
  for (const table of ["images", "files", "parents", "documents"] as const) {
    await tx.deleteFrom(table).where("build_id", "=", id).execute();
  }
  await insertParts(tx, [{ id, report }]);
}

function columnsOf(report: BuildReport, now: string) {
  return {
    artifact_type: report.artifact_type,
    metadata: report.metadata ?? {},
    labels: report.labels ?? {},
    provenance: report.provenance ?? {},
    started_at: report.started_at ?? null,
    ended_at: report.ended_at ?? null,
    reported_at: now,
  };
}

async function insertParts(tx: Writer, builds: { id: number; report: BuildReport }[]): Promise<void> {
  const images = builds.flatMap(({ id, report }) =>
    (report.images ?? []).map((image) => ({ build_id: id, ...storedImage(image) })),
  );
  const files = builds.flatMap(({ id, report }) =>
    (report.files ?? []).map((file) => ({ build_id: id, ...file, stored: Number(file.stored ?? true) })),
  );
  const parents = builds.flatMap(({ id, report }) =>
    (report.parents ?? []).map((parent) => parentRow(id, parent)),
  );
  await insertMany(tx, "images", images);
  await insertMany(tx, "files", files);
  await insertMany(tx, "parents", parents);
}

type ReportedImage = NonNullable<BuildReport["images"]>[number];

function storedImage(image: ReportedImage): Image {
  return {
    platform: image.platform,
    region: image.region,
    external_id: image.external_id,
    source_image_id: image.source_image_id ?? null,
    labels: image.labels ?? {},
  };
}

function parentRow(buildId: number, parent: Parent) {
  return {
    build_id: buildId,
    artifact: parent.artifact,
    number: parent.version ?? null,
    fingerprint: parent.fingerprint ?? null,
    channel: parent.channel ?? null,
  };
}

/** The build that a report leaves behind. */
function builtFrom(name: string, report: BuildReport, now: string): Build {
  return {
    name,
    ...columnsOf(report, now),
    images: (report.images ?? []).map(storedImage),
    files: (report.files ?? []).map((file) => ({ ...file, stored: file.stored ?? true })),
    parents: report.parents ?? [],
    documents: [],
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
