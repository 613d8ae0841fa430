import { listBuildHeads } from "../builds/store.ts";
import type { Reader } from "../database/database.ts";
import { defaultPageSize, invalidCursor, readCursor, writeCursor } from "../http/paging.ts";
import { Service } from "../service.ts";
import { mayRead, mayReadIn } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import type { VersionSummary } from "../versions/schema.ts";
import { showVersions } from "../versions/view.ts";
import { type Condition, find, mostTerms, type Wanted } from "./finding.ts";
import type { SearchQuery } from "./schema.ts";
import { type Hit, keepReadable, listReadable, loadVersions } from "./store.ts";
import { exactTerm, labelTerm } from "./terms.ts";
import { wordsOf } from "./words.ts";

type Page = { items: VersionSummary[]; next_cursor: string | null };

/** Finds complete versions by what is said of them. */
export class SearchService extends Service {
  /** @throws Problem `invalid_request` when the cursor is not one of a search */
  async search(query: SearchQuery, caller: Caller): Promise<Page> {
    const db = this.database.reads;
    const { namespace, since } = query;
    if (namespace !== undefined && !mayReadIn(caller, namespace)) return { items: [], next_cursor: null };
    const span = {
      since: since === undefined ? undefined : Date.parse(since),
      before: readPosition(query.cursor) ?? untilPosition(query.until),
    };
    const size = query.limit ?? defaultPageSize;
    const readable = (ids: number[]) => keepReadable(db, ids, caller);
    const wanted = { conditions: conditionsOf(query), within: withinOf(db, caller, namespace), readable };
    const { hits, next } = await find(db, wanted, span, size);
    const ids = hits.map((hit) => hit.version_id);
    const rows = new Map((await loadVersions(db, ids)).map((row) => [row.id, row]));
    const builds = Map.groupBy(await listBuildHeads(db, ids), (head) => head.version_id);
    const versions = ids.flatMap((id) => {
      const row = rows.get(id);
      // Deleted meanwhile.
      if (!row) return [];
      const summaries = (builds.get(id) ?? []).map(({ version_id: _, ...summary }) => summary);
      return [{ path: row.path, row, builds: summaries }];
    });
    const items = await showVersions({ db, actor: caller, now: this.now() }, versions);
    return { items, next_cursor: next ? writeCursor(`${next.completed_ms} ${next.version_id}`) : null };
  }
}

function conditionsOf(query: SearchQuery): Condition[] {
  const { namespace } = query;
  const exact = [
    query.fingerprint !== undefined && exactTerm("fingerprint", query.fingerprint),
    query.external_id !== undefined && exactTerm("image", query.external_id),
    namespace !== undefined && exactTerm("namespace", namespace),
    query.type !== undefined && exactTerm("type", query.type),
    query.platform !== undefined && exactTerm("platform", query.platform),
    query.region !== undefined && exactTerm("region", query.region),
    ...Object.entries(query.label ?? {}).map(([key, value]) => labelTerm(key, value)),
  ].filter((term) => term !== false);
  const prefixes = wordsOf(query.q ?? "").map((word) => ({ kind: "word", term: word }) as const);
  const commits = query.commit === undefined ? [] : [{ kind: "commit", term: query.commit } as const];
  return [
    ...commits.map((term) => ({ ...term, isPrefix: true })),
    ...exact.map((term) => ({ ...term, isPrefix: false })),
    ...prefixes.map((term) => ({ ...term, isPrefix: true })),
  ];
}

/** What a caller may read, unless that is everything; by the terms of whole namespaces, if it can be told so. */
function withinOf(db: Reader, caller: Caller, namespace: string | undefined): Wanted["within"] {
  const patterns = [...new Set(caller.scopes.map(({ pattern }) => pattern))];
  if (patterns.includes("*")) return undefined;
  const whole = namespace !== undefined && mayRead(caller, namespace) ? [namespace] : patterns;
  if (whole.length <= mostTerms && !whole.some((pattern) => /[*/]/.test(pattern))) {
    return { terms: whole.map((name) => exactTerm("namespace", name)) };
  }
  return { list: (span, limit) => listReadable(db, caller, span, limit) };
}

function readPosition(cursor: string | undefined): Hit | undefined {
  const position = readCursor(cursor, "string");
  if (position === undefined) return undefined;
  const [, ms, id] = /^(\d{1,15}) (\d{1,15})$/.exec(position) ?? [];
  if (ms === undefined || id === undefined) throw invalidCursor();
  return { completed_ms: Number(ms), version_id: Number(id) };
}

/** Everything that was completed before a moment. */
function untilPosition(until: string | undefined): Hit | undefined {
  return until === undefined ? undefined : { completed_ms: Date.parse(until), version_id: 0 };
}
