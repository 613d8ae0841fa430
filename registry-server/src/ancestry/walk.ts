import type { Reader } from "../database/database.ts";
import { limits } from "../http/schema.ts";
import { type Actor, mayRead } from "../tokens/scopes.ts";
import { type DatedStep, dateSteps } from "./dating.ts";
import { listSteps, loadRelations, type Relation } from "./relations.ts";
import type { Relative } from "./schema.ts";

/** A version with several builds has as many links to one parent. */
const stepsPerNode = 4;

export type Walk = {
  relatives: Relative[];
  /** Versions that are connected and that the caller may not read. */
  hidden: Set<number>;
  truncated: boolean;
  /** How many are in the tree. */
  count: number;
};

/**
 * Walks from a version to its parents, or to its children, level by level, and makes a tree of them. What is reached
 * in two ways is in it twice, with what lies behind it at the first place only. Nothing is shown beyond what the
 * caller may not read.
 *
 * @param bounds how many levels, and how many versions at most
 */
export async function walk(
  db: Reader,
  start: number,
  direction: "up" | "down",
  bounds: { depth: number; nodes: number },
  caller: Actor,
  now: string,
): Promise<Walk> {
  const side = direction === "up" ? "parents" : "children";
  const relatives: Relative[] = [];
  const result: Walk = { relatives, hidden: new Set(), truncated: false, count: 0 };
  const places = new Map([[start, relatives]]);
  const relations = new Map<number, Relation>();
  let level = [start];
  for (let depth = 1; depth <= bounds.depth && level.length > 0; depth++) {
    const most = (bounds.nodes - result.count) * stepsPerNode + 1;
    const steps = await listSteps(db, level, direction, most);
    result.truncated ||= steps.length === most;
    const ends = new Set(steps.flatMap((step) => [step.parent_version_id, step.child_version_id]));
    const unknown = [...ends].filter((id) => !relations.has(id));
    for (const [id, relation] of await loadRelations(db, unknown)) relations.set(id, relation);
    const next: number[] = [];
    const dated = await dateSteps(db, steps, relations, now);
    for (const pair of groupPairs(dated, relations)) {
      const [{ from, to }] = pair.steps;
      if (!mayRead(caller, pair.relation.path)) {
        result.hidden.add(to);
        continue;
      }
      if (result.count === bounds.nodes) {
        result.truncated = true;
        break;
      }
      result.count++;
      const relative = view(pair, depth, places.has(to), now);
      places.get(from)?.push(relative);
      if (relative.repeated) continue;
      const behind: Relative[] = [];
      relative[side] = behind;
      places.set(to, behind);
      next.push(to);
    }
    level = next;
  }
  // Whether the last level that was asked for has something behind it.
  result.truncated ||= (await listSteps(db, level, direction, 1)).length > 0;
  result.relatives = withoutDeadEnds(relatives, side);
  return result;
}

type Pair = { relation: Relation; steps: [DatedStep, ...DatedStep[]] };

/** The links between each two versions, in the order they are shown in. */
function groupPairs(steps: DatedStep[], relations: Map<number, Relation>): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const step of steps) {
    const key = `${step.from} ${step.to}`;
    const relation = relations.get(step.to);
    const known = pairs.get(key);
    if (known) known.steps.push(step);
    else if (relation) pairs.set(key, { relation, steps: [step] });
  }
  return [...pairs.values()].sort(
    ({ relation: a }, { relation: b }) =>
      compare(a.path, b.path) || (b.number ?? 0) - (a.number ?? 0) || b.id - a.id,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function view({ relation, steps }: Pair, depth: number, repeated: boolean, now: string): Relative {
  const [first] = steps;
  const outdated = steps.find((step) => step.newer !== null);
  const declared = steps.some((step) => step.via === "declared");
  const channel = outdated?.channel ?? steps.find((step) => step.channel !== null)?.channel ?? null;
  return {
    artifact: relation.path,
    number: relation.number ?? 0,
    semver: relation.semver,
    depth,
    via: declared ? "declared" : first.via,
    channel,
    builds: steps.map((step) => step.build).sort(),
    out_of_date: outdated !== undefined,
    newer: outdated?.newer ?? null,
    revoked: relation.revoked_from !== null && relation.revoked_from <= now,
    deleted: relation.state === "deleted",
    repeated,
  };
}

/** Deleted versions are shown only where they connect others. */
function withoutDeadEnds(relatives: Relative[], side: "parents" | "children"): Relative[] {
  const kept = relatives.map((relative) => {
    const behind = relative[side];
    return behind ? { ...relative, [side]: withoutDeadEnds(behind, side) } : relative;
  });
  return kept.filter((relative) => !relative.deleted || relative.repeated || relative[side]?.length);
}

export const wholeTree = { depth: limits.ancestryDepth, nodes: limits.ancestryNodes };
