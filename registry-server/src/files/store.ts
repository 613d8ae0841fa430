/**
 * Which bytes are in the store, and which artifacts hold them.
 *
 * Rows are locked in one order, so that nobody waits for each other: the artifact, blobs by their SHA-256, holdings, the
 * namespace. Whoever needs bytes moves or takes away their `due_at`; whoever removes them looks at it in the statement
 * that removes, so that the one who comes second always sees the other.
 */
import { type Expression, type SqlBool, sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { readableBy } from "../tokens/reach.ts";
import type { Actor } from "../tokens/scopes.ts";
import type { HeldFile } from "./schema.ts";

/** What nobody needs any more is kept for this long, and what was asked for or uploaded for one more day. */
export const graceMs = 24 * 60 * 60_000;

/** Few enough that their values stay below what a statement may have (SQLite: 32,766). */
const perStatement = 1_000;

export function dueAfter(now: string): string {
  return new Date(Date.parse(now) + graceMs).toISOString();
}

/** Keeps what the store has until a moment, whoever lets go of it meanwhile. @returns whether it has it */
export async function keepStored(tx: Writer, sha256: string, until: string): Promise<boolean> {
  const row = await tx
    .updateTable("blobs")
    .set({ due_at: until })
    .where("sha256", "=", sha256)
    .where("state", "=", "stored")
    .returning("sha256")
    .executeTakeFirst();
  return row !== undefined;
}

/** What an artifact holds of some bytes. From now on they stay: for a build that names them, or until a moment. */
export async function keepHeld(
  tx: Writer,
  artifactId: number,
  sha256s: string[],
  until: string | null,
): Promise<HeldFile[]> {
  const held: HeldFile[] = [];
  for (const some of inParts(sha256s)) {
    const rows = await tx
      .updateTable("holdings")
      .set({
        due_at: until === null ? null : sql<string>`case when due_at is null then due_at else ${until} end`,
      })
      .where("artifact_id", "=", artifactId)
      .where("sha256", "in", some)
      .returning(["sha256", "size"])
      .execute();
    held.push(...rows);
  }
  return held;
}

/** Which of some bytes an actor may read in any artifact, and could so send as well. */
export async function findReadable(db: Reader, sha256s: string[], actor: Actor): Promise<string[]> {
  const found: string[] = [];
  for (const some of inParts(sha256s)) {
    const rows = await db
      .selectFrom("holdings")
      .innerJoin("artifacts", "artifacts.id", "holdings.artifact_id")
      .select("holdings.sha256")
      .distinct()
      .where("holdings.sha256", "in", some)
      .where("artifacts.deleted_at", "is", null)
      .where(readableBy(actor))
      .execute();
    found.push(...rows.map((row) => row.sha256));
  }
  return found;
}

function* inParts(sha256s: string[]): Iterable<string[]> {
  const sorted = [...new Set(sha256s)].sort();
  for (let start = 0; start < sorted.length; start += perStatement) {
    yield sorted.slice(start, start + perStatement);
  }
}

/** Takes what is stored out of the collection's reach. @returns its size; nothing when it is not there (any more) */
export async function claimBlob(tx: Writer, sha256: string): Promise<number | undefined> {
  const row = await tx
    .updateTable("blobs")
    .set({ due_at: null, state: "stored" })
    .where("sha256", "=", sha256)
    .where("state", "!=", "removing")
    .returning("size")
    .executeTakeFirst();
  return row?.size;
}

/** Says that bytes are about to be in the store. @returns false while the same ones are being removed from it */
export async function announceBlob(tx: Writer, { sha256, size }: HeldFile, due: string): Promise<boolean> {
  const row = await tx
    .insertInto("blobs")
    .values({ sha256, size, state: "arriving", due_at: due })
    .onConflict((conflict) =>
      conflict
        .column("sha256")
        .doUpdateSet({
          due_at: sql`case when blobs.due_at is null then blobs.due_at else excluded.due_at end`,
        })
        .where("blobs.state", "!=", "removing"),
    )
    .returning("sha256")
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes bytes due that were announced with a moment, unless somebody has announced or claimed them since. */
export async function dropAnnounced(tx: Writer, sha256: string, due: string, now: string): Promise<boolean> {
  const row = await tx
    .updateTable("blobs")
    .set({ due_at: now })
    .where("sha256", "=", sha256)
    .where("state", "=", "arriving")
    .where("due_at", "=", due)
    .returning("sha256")
    .executeTakeFirst();
  return row !== undefined;
}

export type Holder = { id: number; namespace_id: number };

/** Lets an artifact hold bytes that {@link claimBlob} has claimed. @returns whether its namespace had them before */
export async function insertHolding(
  tx: Writer,
  artifact: Holder,
  file: HeldFile,
  due: string | null,
): Promise<{ counted: boolean }> {
  const counted = await isHeldIn(tx, artifact.namespace_id, file.sha256);
  await tx
    .insertInto("holdings")
    .values({ artifact_id: artifact.id, namespace_id: artifact.namespace_id, ...file, due_at: due })
    .execute();
  return { counted };
}

export async function isHeldIn(db: Reader, namespaceId: number, sha256: string): Promise<boolean> {
  const row = await db
    .selectFrom("holdings")
    .select("id")
    .where("sha256", "=", sha256)
    .where("namespace_id", "=", namespaceId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export type Usage = { id: number; name: string; used_bytes: number; quota_bytes: number | null };

/** What a namespace uses, and what it may. */
export async function findUsage(db: Reader, namespace: string): Promise<Usage | undefined> {
  return db
    .selectFrom("namespaces")
    .select(["id", "name", "used_bytes", "quota_bytes"])
    .where("name", "=", namespace)
    .executeTakeFirst();
}

/** Counts bytes that a namespace holds now. @returns what it uses and may use after that */
export async function countUsage(tx: Writer, namespaceId: number, bytes: number): Promise<Usage> {
  return tx
    .updateTable("namespaces")
    .set((eb) => ({ used_bytes: eb("used_bytes", "+", bytes) }))
    .where("id", "=", namespaceId)
    .returning(["id", "name", "used_bytes", "quota_bytes"])
    .executeTakeFirstOrThrow();
}

/** Builds that are about to be gone, or their versions to end. */
export type Ending = { build: number } | { version: number } | { artifact: number };

/** Lets go, a day from now, of what builds name that are about to be gone; unless another build names it, too. */
export async function releaseFiles(tx: Writer, ending: Ending, now: string): Promise<void> {
  const [[kind, id] = ["", 0]] = Object.entries(ending);
  const column = { build: "builds.id", version: "builds.version_id" }[kind] ?? "builds.artifact_id";
  const named = sql`select builds.artifact_id, files.sha256 from builds join files on files.build_id = builds.id
    where files.stored = 1 and ${sql.ref(column)} = ${id}`;
  await tx
    .updateTable("holdings")
    .set({ due_at: dueAfter(now) })
    .where(sql<SqlBool>`(artifact_id, sha256) in (${named})`)
    .execute();
}

/** Whether no build of a version that counts names what an artifact holds. */
export function isUnnamed(): Expression<SqlBool> {
  return sql<SqlBool>`not exists (
    select 1 from files
    join builds on builds.id = files.build_id
    join versions on versions.id = builds.version_id
    where files.stored = 1 and files.sha256 = holdings.sha256 and builds.artifact_id = holdings.artifact_id
      and versions.state in ('incomplete', 'complete'))`;
}
