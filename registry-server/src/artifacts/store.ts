import { type Selectable, sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { dialectOf } from "../database/dialect.ts";
import { writeJson } from "../database/json.ts";
import { isOneOf, rowsOf } from "../database/lists.ts";
import { prepared } from "../database/prepared.ts";
import type { Tables } from "../database/schema.ts";
import { readableBy } from "../tokens/reach.ts";
import type { Actor } from "../tokens/scopes.ts";

export type ArtifactRow = Selectable<Tables["artifacts"]>;

/** An artifact that is not deleted. */
export async function findArtifact(db: Reader, path: string): Promise<ArtifactRow | undefined> {
  return db
    .selectFrom("artifacts")
    .selectAll()
    .where("path", "=", path)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
}

const lockedByPath = prepared((db, p: { path: string }) =>
  db
    .selectFrom("artifacts")
    .selectAll()
    .where("path", "=", p.path)
    .$if(dialectOf(db).rowLocks, (query) => query.forUpdate()),
);

/** An artifact, deleted or not, locked until the transaction ends: whoever decides about its versions holds it. */
export async function lockArtifact(tx: Writer, path: string): Promise<ArtifactRow | undefined> {
  const [row] = await lockedByPath(tx, { path });
  return row;
}

/** Those of some artifacts that are there and that nobody else has locked, locked. Waits for none. */
export async function lockFree(tx: Writer, paths: string[]): Promise<ArtifactRow[]> {
  const asked = rowsOf(
    tx,
    "asked",
    { path: "text" },
    paths.map((path) => ({ path })),
  );
  const lock = sql.raw(
    dialectOf(tx).rowLocks ? "order by artifacts.id for update of artifacts skip locked" : "",
  );
  const query = sql<ArtifactRow>`select artifacts.* from ${asked} join artifacts on artifacts.path = asked.path
    where artifacts.deleted_at is null ${lock}`;
  return (await query.execute(tx)).rows;
}

export async function lockArtifactById(tx: Writer, id: number): Promise<ArtifactRow> {
  return tx
    .selectFrom("artifacts")
    .selectAll()
    .where("id", "=", id)
    .$if(dialectOf(tx).rowLocks, (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
}

/** Adds an artifact, and its namespace when that is new; false when another transaction was first. */
export async function insertArtifact(
  tx: Writer,
  namespace: string,
  path: string,
  now: string,
): Promise<boolean> {
  await tx
    .insertInto("namespaces")
    .values({ name: namespace, created_at: now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  const { id } = await tx
    .selectFrom("namespaces")
    .select("id")
    .where("name", "=", namespace)
    .executeTakeFirstOrThrow();
  const inserted = await tx
    .insertInto("artifacts")
    .values({ namespace_id: id, path, labels: "{}", created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column("path").doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

export type ArtifactUpdate = {
  description?: string | null;
  labels?: Record<string, string>;
  retention?: { keep: number; days: number } | null;
  retention_due_at?: string | null;
  retention_position?: number | null;
  last_number?: number;
  complete_versions?: number;
  created_at?: string;
  deleted_at?: string | null;
};

export async function updateArtifact(
  tx: Writer,
  id: number,
  { labels, retention, ...columns }: ArtifactUpdate,
  now: string,
): Promise<void> {
  await tx
    .updateTable("artifacts")
    .set({
      ...columns,
      ...(labels && { labels: writeJson(labels) }),
      ...(retention !== undefined && { retention: retention && writeJson(retention) }),
      updated_at: now,
    })
    .where("id", "=", id)
    .execute();
}

/** Counts a version more of each of some artifacts, which this transaction has locked. */
export async function countCompleted(tx: Writer, ids: number[], now: string): Promise<void> {
  await tx
    .updateTable("artifacts")
    .set((eb) => ({
      last_number: eb("last_number", "+", 1),
      complete_versions: eb("complete_versions", "+", 1),
      updated_at: now,
    }))
    .where(isOneOf(tx, "id", ids))
    .execute();
}

export type ArtifactFilter = { namespace?: string | undefined; text?: string | undefined; actor: Actor };

/** Artifacts that are not deleted and that the actor may read, by path, each with the number of its `latest`. */
export async function listArtifacts(
  db: Reader,
  filter: ArtifactFilter,
  after: string | undefined,
  limit: number,
): Promise<(ArtifactRow & { latest: number | null })[]> {
  let query = selectWithLatest(db).where("artifacts.deleted_at", "is", null).where(readableBy(filter.actor));
  if (filter.namespace !== undefined) {
    const { namespace } = filter;
    query = query.where("namespace_id", "=", (eb) =>
      eb.selectFrom("namespaces").select("namespaces.id").where("name", "=", namespace),
    );
  }
  if (filter.text !== undefined) {
    const pattern = `%${filter.text.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
    query = query.where((eb) =>
      eb.or([
        sql<boolean>`path like ${pattern} escape '\\'`,
        sql<boolean>`lower(artifacts.description) like ${pattern} escape '\\'`,
      ]),
    );
  }
  if (after !== undefined) query = query.where("path", ">", after);
  return query.orderBy("path").limit(limit).execute();
}

export async function findArtifactWithLatest(
  db: Reader,
  path: string,
): Promise<(ArtifactRow & { latest: number | null }) | undefined> {
  return selectWithLatest(db)
    .where("path", "=", path)
    .where("artifacts.deleted_at", "is", null)
    .executeTakeFirst();
}

function selectWithLatest(db: Reader) {
  return db
    .selectFrom("artifacts")
    .selectAll("artifacts")
    .select((eb) =>
      eb
        .selectFrom("versions")
        .select("versions.latest_number")
        .whereRef("versions.artifact_id", "=", "artifacts.id")
        .where("versions.latest_number", "is not", null)
        .orderBy("versions.latest_number", "desc")
        .limit(1)
        .as("latest"),
    );
}
