import { sql } from "kysely";
import type { Reader } from "../database/database.ts";
import { isOneOf } from "../database/lists.ts";
import type { SearchKind } from "../database/schema.ts";
import { readableBy } from "../tokens/reach.ts";
import type { Actor } from "../tokens/scopes.ts";
import type { VersionRow } from "../versions/store.ts";
import type { Term } from "./terms.ts";

/** A version in the order of a search: by when it was completed. */
export type Hit = { completed_ms: number; version_id: number };
/** The part of that order that is asked for: from `since` on, and before `before`. */
export type Span = { since: number | undefined; before: Hit | undefined };

/** After every character that a word may have. */
const end = "\u{10ffff}";

function inSpan(db: Reader, term: Term, { since, before }: Span) {
  let query = db
    .selectFrom("search_terms")
    .select(["completed_ms", "version_id"])
    .where("kind", "=", term.kind)
    .where("term", "=", term.term);
  if (since !== undefined) query = query.where("completed_ms", ">=", since);
  if (before === undefined) return query;
  const { completed_ms: ms, version_id: id } = before;
  return query.where(sql<boolean>`(completed_ms, version_id) < (${ms}, ${id})`);
}

/** The last completed versions that have a term. */
export async function listHits(db: Reader, term: Term, span: Span, limit: number): Promise<Hit[]> {
  return inSpan(db, term, span)
    .orderBy("completed_ms", "desc")
    .orderBy("version_id", "desc")
    .limit(limit)
    .execute();
}

/** How many versions have a term; counts no further than a limit. */
export async function countHits(db: Reader, term: Term, span: Span, limit: number): Promise<number> {
  const { count } = await db
    .selectFrom(inSpan(db, term, span).limit(limit).as("some"))
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The different terms that begin in a way, at most as many as asked for: each is one step in the index. */
export async function listTermsBeginning(
  db: Reader,
  kind: SearchKind,
  prefix: string,
  limit: number,
): Promise<string[]> {
  const next = (after: ReturnType<typeof sql>, inclusive: boolean) => sql`(
      select term from search_terms
      where kind = ${kind} and term ${inclusive ? sql`>=` : sql`>`} ${after} and term < ${prefix + end}
      order by term limit 1)`;
  const { rows } = await sql<{ term: string }>`
    with recursive found (term) as (
      select ${next(sql`${prefix}`, true)}
      union all
      select ${next(sql`found.term`, false)} from found where found.term is not null
    )
    select term from found where term is not null limit ${limit}`.execute(db);
  return rows.map((row) => row.term);
}

/** Of some versions, those that have a term, or one that begins so. */
export async function keepWithTerm(
  db: Reader,
  versionIds: number[],
  term: Term,
  isPrefix: boolean,
): Promise<Set<number>> {
  let query = db
    .selectFrom("search_terms")
    .select("version_id")
    .where(isOneOf(db, "version_id", versionIds))
    .where("kind", "=", term.kind);
  query = isPrefix
    ? query.where("term", ">=", term.term).where("term", "<", term.term + end)
    : query.where("term", "=", term.term);
  return new Set((await query.execute()).map((row) => row.version_id));
}

/** Of some versions, those that an actor may read. */
export async function keepReadable(db: Reader, versionIds: number[], actor: Actor): Promise<Set<number>> {
  const readsAll = actor.scopes.some((held) => held.pattern === "*");
  if (readsAll || versionIds.length === 0) return new Set(versionIds);
  const rows = await db
    .selectFrom("versions")
    .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
    .select("versions.id")
    .where(isOneOf(db, "versions.id", versionIds))
    .where(readableBy(actor))
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** The last completed versions of all that an actor may read. */
export async function listReadable(
  db: Reader,
  actor: Actor,
  { since, before }: Span,
  limit: number,
): Promise<Hit[]> {
  const momentOf = (ms: number) => new Date(ms).toISOString();
  let query = db
    .selectFrom("versions")
    .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
    .select(["versions.id as version_id", "versions.completed_at"])
    .where("versions.state", "=", "complete")
    .where(readableBy(actor))
    .orderBy("versions.completed_at", "desc")
    .orderBy("versions.id", "desc")
    .limit(limit);
  if (since !== undefined) query = query.where("versions.completed_at", ">=", momentOf(since));
  if (before !== undefined) {
    const [at, id] = [momentOf(before.completed_ms), before.version_id];
    query = query.where(sql<boolean>`(versions.completed_at, versions.id) < (${at}, ${id})`);
  }
  const rows = await query.execute();
  return rows.map(({ version_id, completed_at }) => ({
    version_id,
    completed_ms: Date.parse(completed_at ?? ""),
  }));
}

/** Complete versions with the paths of their artifacts. */
export async function loadVersions(db: Reader, ids: number[]): Promise<(VersionRow & { path: string })[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom("versions")
    .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
    .selectAll("versions")
    .select("artifacts.path")
    .where(isOneOf(db, "versions.id", ids))
    .where("versions.state", "=", "complete")
    .execute();
}
