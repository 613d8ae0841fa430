/**
 * Finds versions that meet several conditions, newest first, in a bounded number of steps.
 *
 * The rarest condition leads: its versions come from the index in the order of the answer. The others are then looked
 * up for these versions. When the conditions have little in common, a page ends after a bounded number of versions
 * looked at, with fewer found, and the next one goes on where it stopped.
 *
 * Of a caller who may not read everything, a page never stops at what he may not read, and how many pages there are says
 * nothing of it: a condition leads only when all of its versions are looked at in one go, otherwise what he may read does.
 */
import type { Reader } from "../database/database.ts";
import { countHits, type Hit, keepWithTerm, listHits, listTermsBeginning, type Span } from "./store.ts";
import type { Term } from "./terms.ts";

/** A term that a version must have, or one that begins so. */
export type Condition = Term & { isPrefix: boolean };

/** Gives the newest versions of a part of the order. */
type Lead = (span: Span, limit: number) => Promise<Hit[]>;

/** Terms with a common beginning are followed side by side; where there are more, another condition leads. */
export const mostTerms = 16;
/** A condition with so many versions is as common as any other. Fewer are looked at within one page. */
const countUpTo = 1_000;
const firstBatch = 100;
const largestBatch = 500;
const mostLookedAt = 5_000;

export type Found = {
  hits: Hit[];
  /** Where to go on; nothing when all was looked at. */
  next: Hit | undefined;
};

export type Wanted = {
  conditions: Condition[];
  /** The versions that the caller may read, by their terms or one after the other; nothing when he may read all. */
  within?: { terms: Term[] } | { list: Lead } | undefined;
  /** Which of some versions the caller may read. */
  readable(versionIds: number[]): Promise<Set<number>>;
};

/** @param size how many to find */
export async function find(db: Reader, wanted: Wanted, span: Span, size: number): Promise<Found> {
  const { lead, others } = await chooseLeading(db, wanted, span);
  const hits: Hit[] = [];
  let { before } = span;
  let batch = Math.max(size + 1, others.length === 0 ? 0 : firstBatch);
  for (let lookedAt = 0; lookedAt < mostLookedAt; lookedAt += batch, batch = largestBatch) {
    const candidates = await lead({ since: span.since, before }, batch);
    const kept = await keepMatching(db, candidates, others);
    const readable = await wanted.readable(kept.map((hit) => hit.version_id));
    for (const hit of kept.filter(({ version_id }) => readable.has(version_id))) {
      if (hits.length === size) return { hits, next: hits.at(-1) };
      hits.push(hit);
    }
    if (candidates.length < batch) return { hits, next: undefined };
    before = candidates.at(-1);
  }
  return { hits, next: before };
}

async function chooseLeading(
  db: Reader,
  { conditions, within }: Wanted,
  span: Span,
): Promise<{ lead: Lead; others: Condition[] }> {
  let best: { terms: Term[]; count: number; condition: Condition } | undefined;
  for (const condition of conditions) {
    const terms = await termsFor(db, condition);
    if (terms.length > mostTerms) continue;
    let count = 0;
    for (const term of terms) count += await countHits(db, term, span, countUpTo);
    if (!best || count < best.count) best = { terms, count, condition };
    if (count === 0) break;
  }
  const merged =
    (terms: Term[]): Lead =>
    (part, limit) =>
      listMerged(db, terms, part, limit);
  if (best && (!within || best.count < countUpTo)) {
    return { lead: merged(best.terms), others: conditions.filter((other) => other !== best.condition) };
  }
  if (!within) return { lead: merged([{ kind: "all", term: "" }]), others: conditions };
  return { lead: "list" in within ? within.list : merged(within.terms), others: conditions };
}

async function termsFor(db: Reader, { kind, term, isPrefix }: Condition): Promise<Term[]> {
  if (!isPrefix) return [{ kind, term }];
  const terms = await listTermsBeginning(db, kind, term, mostTerms + 1);
  return terms.map((one) => ({ kind, term: one }));
}

/** The newest versions that have any of some terms, each once. */
async function listMerged(db: Reader, terms: Term[], span: Span, limit: number): Promise<Hit[]> {
  const lists: Hit[][] = [];
  for (const term of terms) lists.push(await listHits(db, term, span, limit));
  if (lists.length === 1) return lists[0] ?? [];
  const byId = new Map(lists.flat().map((hit) => [hit.version_id, hit]));
  const newestFirst = (a: Hit, b: Hit) => b.completed_ms - a.completed_ms || b.version_id - a.version_id;
  return [...byId.values()].sort(newestFirst).slice(0, limit);
}

async function keepMatching(db: Reader, candidates: Hit[], conditions: Condition[]): Promise<Hit[]> {
  let kept = candidates;
  for (const condition of conditions) {
    if (kept.length === 0) break;
    const ids = kept.map((hit) => hit.version_id);
    const having = await keepWithTerm(db, ids, condition, condition.isPrefix);
    kept = kept.filter((hit) => having.has(hit.version_id));
  }
  return kept;
}
