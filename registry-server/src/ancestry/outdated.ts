import type { Reader } from "../database/database.ts";
import { readCursor, writeCursor } from "../http/paging.ts";
import { readableBy } from "../tokens/reach.ts";
import { type Actor, mayRead } from "../tokens/scopes.ts";
import { dateSteps } from "./dating.ts";
import { listSteps, loadRelations } from "./relations.ts";
import type { OutOfDate, OutOfDateQuery } from "./schema.ts";

/** How many artifacts one batch looks at, and how many batches one page may take. */
const artifactsPerBatch = 200;
const mostBatches = 10;
const mostParents = 20_000;

type Found = OutOfDate & { position: string };

/**
 * The latest versions that are out of date, by the path of their artifact and then by parent. A page ends when it is
 * full or has looked at enough artifacts, so that it takes a bounded time however few are out of date.
 */
export async function listOutOfDate(
  db: Reader,
  query: OutOfDateQuery,
  size: number,
  caller: Actor,
  now: string,
): Promise<{ items: OutOfDate[]; next_cursor: string | null }> {
  let after = readCursor(query.cursor, "string");
  const items: OutOfDate[] = [];
  for (let batch = 0; batch < mostBatches; batch++) {
    const latest = await listLatest(db, query, after?.split(" ")[0], caller);
    const found = await findOutdated(db, latest, caller, now);
    for (const { position, ...item } of found) {
      if (after !== undefined && position <= after) continue;
      if (items.length === size)
        return { items, next_cursor: after === undefined ? null : writeCursor(after) };
      items.push(item);
      after = position;
    }
    const last = latest.at(-1);
    if (latest.length < artifactsPerBatch || !last) return { items, next_cursor: null };
    after = `${last.path} ~`;
  }
  return { items, next_cursor: after === undefined ? null : writeCursor(after) };
}

type Latest = { id: number; path: string; number: number | null };

/** The latest versions of artifacts from a path on, which is looked at again: a page may end inside of it. */
async function listLatest(
  db: Reader,
  { namespace, artifact }: OutOfDateQuery,
  from: string | undefined,
  caller: Actor,
): Promise<Latest[]> {
  let query = db
    .selectFrom("artifacts")
    .innerJoin("versions", (join) =>
      join.on("versions.id", "=", (eb) =>
        eb
          .selectFrom("versions as newest")
          .select("newest.id")
          .whereRef("newest.artifact_id", "=", "artifacts.id")
          .where("newest.latest_number", "is not", null)
          .orderBy("newest.latest_number", "desc")
          .limit(1),
      ),
    )
    .select(["versions.id", "versions.number", "artifacts.path"])
    .where("artifacts.deleted_at", "is", null)
    .where(readableBy(caller));
  if (artifact !== undefined) query = query.where("artifacts.path", "=", artifact);
  // Names hold nothing below "-"; "0" is next after "/".
  if (namespace !== undefined) {
    query = query
      .where("artifacts.path", ">=", `${namespace}/`)
      .where("artifacts.path", "<", `${namespace}0`);
  }
  if (from !== undefined) query = query.where("artifacts.path", ">=", from);
  return query.orderBy("artifacts.path").limit(artifactsPerBatch).execute();
}

async function findOutdated(db: Reader, latest: Latest[], caller: Actor, now: string): Promise<Found[]> {
  const children = new Map(latest.map((version) => [version.id, version]));
  const steps = await listSteps(db, [...children.keys()], "up", mostParents);
  const relations = await loadRelations(db, [...new Set(steps.map((step) => step.to))]);
  const found = new Map<string, Found>();
  for (const step of await dateSteps(db, steps, relations, now)) {
    const child = children.get(step.from);
    const parent = relations.get(step.to);
    if (step.newer === null || !child || !parent || !mayRead(caller, parent.path)) continue;
    const position = `${child.path} ${String(step.to).padStart(16, "0")}`;
    if (found.has(position)) continue;
    found.set(position, {
      position,
      artifact: child.path,
      number: child.number ?? 0,
      parent: { artifact: parent.path, number: parent.number ?? 0 },
      newer: step.newer,
      channel: step.channel,
    });
  }
  return [...found.values()].sort((a, b) => (a.position < b.position ? -1 : 1));
}
