import { type Insertable, sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { rowsOf } from "../database/lists.ts";
import type { Tables } from "../database/schema.ts";

/** Any number that no other lock takes. */
const linkLock = 8421_0002;
/** Few enough values for one statement, and for a plan that looks them up one by one. */
const idsPerQuery = 500;
/** An image that was published again and again is linked with the newest versions that hold it. */
const mostHolders = 100;

export type NewLink = Omit<Insertable<Tables["ancestry"]>, "id" | "created_at">;
export type Parent = { artifact: string; version?: number | undefined; fingerprint?: string | undefined };

/**
 * Makes those who link versions do it one after the other, until this transaction ends.
 *
 * @param upwards whether this one may have parents: those that have none cannot be linked with each other, and only
 *   wait for others
 */
export async function lockLinks(tx: Writer, upwards = true): Promise<void> {
  if (!dialectOf(tx).rowLocks) return;
  const lock = sql.raw(upwards ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared");
  await sql`select ${lock}(${linkLock})`.execute(tx);
}

/** The complete version that a reference names. */
export async function parentNamed(tx: Writer, parent: Parent): Promise<number | undefined> {
  const query = tx
    .selectFrom("artifacts")
    .innerJoin("versions", "versions.artifact_id", "artifacts.id")
    .select("versions.id")
    .where("artifacts.path", "=", parent.artifact)
    .where(sql<boolean>`versions.state = 'complete'`);
  const found =
    parent.version === undefined
      ? await query.where("versions.fingerprint", "=", parent.fingerprint ?? "").executeTakeFirst()
      : await query.where("versions.number", "=", parent.version).executeTakeFirst();
  return found?.id;
}

/** The complete versions that have an image. */
export async function parentsHolding(tx: Writer, platform: string, externalId: string): Promise<number[]> {
  const rows = await tx
    .selectFrom("images")
    .innerJoin("builds", "builds.id", "images.build_id")
    .innerJoin("versions", "versions.id", "builds.version_id")
    .select("versions.id")
    .where("images.external_id", "=", externalId)
    .where("images.platform", "=", platform)
    .where("versions.state", "=", "complete")
    .orderBy("images.id", "desc")
    .limit(mostHolders)
    .execute();
  return [...new Set(rows.map((row) => row.id))];
}

export type Child = Omit<NewLink, "parent_version_id">;

/** A child with the place of its parent in the list that was asked for. */
type ChildOf = Child & { at: number };

/** The builds of complete versions that name one of some versions as their parent. */
export async function childrenNaming(
  tx: Writer,
  versions: { path: string; number: number; fingerprint: string }[],
): Promise<ChildOf[]> {
  const asked = rowsOf(
    tx,
    "asked",
    { at: "bigint", path: "text", number: "bigint", fingerprint: "text" },
    versions.map(({ path, number, fingerprint }, at) => ({ at, path, number, fingerprint })),
  );
  const named = (by: string) => sql`
    select asked.at, versions.id as child_version_id, builds.name as build, parents.channel
    from ${asked}
      join parents on parents.artifact = asked.path and ${sql.raw(`parents.${by} = asked.${by}`)}
      join builds on builds.id = parents.build_id
      join versions on versions.id = builds.version_id and versions.state = 'complete'`;
  // Two halves instead of an OR, which would not use the index of each.
  const query = sql<Omit<ChildOf, "via">>`${named("number")} union all ${named("fingerprint")}`;
  return (await query.execute(tx)).rows.map((row) => ({ ...row, via: "declared" }));
}

/** The builds of complete versions that name no parent and were made from one of some images. */
export async function childrenBySourceImage(
  tx: Writer,
  images: { at: number; platform: string; external_id: string }[],
): Promise<ChildOf[]> {
  if (images.length === 0) return [];
  const rows = images.map(({ at, platform, external_id }) => ({ at, platform, external_id }));
  const asked = rowsOf(tx, "asked", { at: "bigint", platform: "text", external_id: "text" }, rows);
  const query = sql<{ at: number; child_version_id: number; build: string }>`
    select distinct asked.at, versions.id as child_version_id, builds.name as build
    from ${asked}
      join images on images.source_image_id = asked.external_id and images.platform = asked.platform
      join builds on builds.id = images.build_id
      join versions on versions.id = builds.version_id and versions.state = 'complete'
    where not exists (select 1 from parents where parents.build_id = builds.id)`;
  return (await query.execute(tx)).rows.map((row) => ({ ...row, via: "source_image", channel: null }));
}

/** Adds links, each once; gives those that were not there. */
export async function insertLinks(
  tx: Writer,
  links: NewLink[],
  now: string,
): Promise<{ child_version_id: number; parent_version_id: number }[]> {
  const inserted: { child_version_id: number; parent_version_id: number }[] = [];
  for (let start = 0; start < links.length; start += idsPerQuery) {
    const rows = await tx
      .insertInto("ancestry")
      .values(links.slice(start, start + idsPerQuery).map((link) => ({ ...link, created_at: now })))
      .onConflict((conflict) =>
        conflict.columns(["child_version_id", "parent_version_id", "build"]).doNothing(),
      )
      .returning(["child_version_id", "parent_version_id"])
      .execute();
    inserted.push(...rows);
  }
  return inserted;
}

/** Every version that a version was built from, directly or through others. */
export async function listAncestorIds(db: Reader, versionId: number): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    with recursive above (id) as (
      select parent_version_id from ancestry where child_version_id = ${versionId}
      union
      select ancestry.parent_version_id from above
        join ancestry on ancestry.child_version_id = above.id
    )
    select id from above`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** Every version that was built from a version, directly or through others. */
export async function listDescendantIds(db: Reader, versionId: number): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    with recursive below (id) as (
      select child_version_id from ancestry where parent_version_id = ${versionId}
      union
      select ancestry.child_version_id from below
        join ancestry on ancestry.parent_version_id = below.id
    )
    select id from below`.execute(db);
  return new Set(rows.map((row) => row.id));
}
