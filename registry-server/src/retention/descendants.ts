/**
 * What must stay because something that stays was built from it.
 *
 * From the versions in question the search goes down, generation by generation. A descendant in another artifact
 * stays: whether it goes is for that artifact's policy to say. One in the same artifact stays when it has a need of its
 * own, or else the search goes on below it; below one that is deleted too. The search is bounded in depth and width,
 * and what it did not reach the end of stays out of caution.
 */
import type { Reader } from "../database/database.ts";
import { mayRead } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { type Child, findChildren, findChildrenThatStay, getVersions } from "./lineage.ts";
import { findOwnNeeds, type Ground } from "./needs.ts";

const mostGenerations = 20;
const mostChildren = 5_000;

/**
 * @param ids complete versions that have no need of their own
 * @returns why some of them stay
 */
export async function findDescendantNeeds(
  db: Reader,
  ground: Ground,
  ids: number[],
  caller: Caller,
): Promise<Map<number, string>> {
  const reasons = new Map<number, string>();
  const parentsOf = new Map<number, number[]>();
  const seen = new Set(ids);
  let generation = ids;

  /** A version stays, and so does all that it was built from. */
  function keep(id: number, reason: string): void {
    if (reasons.has(id)) return;
    reasons.set(id, reason);
    for (const parent of parentsOf.get(id) ?? []) keep(parent, reason);
  }

  for (let depth = 0; generation.length > 0; depth++) {
    for (const child of await findChildrenThatStay(db, ground.artifact.id, generation)) {
      keep(child.parent_id, describe(child, caller));
    }
    const open = generation.filter((id) => !reasons.has(id));
    const children =
      open.length === 0 ? [] : await findChildren(db, ground.artifact.id, open, mostChildren + 1);
    if (children.length > mostChildren || (depth === mostGenerations && children.length > 0)) {
      const reason = "So much was built from it, one from another, that it stays out of caution.";
      for (const id of open) keep(id, reason);
      break;
    }
    generation = [];
    for (const { id, parent_id } of children) {
      parentsOf.set(id, [...(parentsOf.get(id) ?? []), parent_id]);
      const known = reasons.get(id);
      if (known !== undefined) keep(parent_id, known);
      if (!seen.has(id)) generation.push(id);
      seen.add(id);
    }
    const complete = (await getVersions(db, generation)).filter((version) => version.state === "complete");
    const needs = await findOwnNeeds(db, ground, complete);
    for (const { id, number } of complete) {
      if (needs.get(id)?.length) keep(id, `Version ${number}, which stays, was built from it.`);
    }
    generation = generation.filter((id) => !reasons.has(id));
  }
  return reasons;
}

function describe({ path, number, state }: Child, caller: Caller): string {
  if (!mayRead(caller, path)) return "A version that you may not read was built from it.";
  if (state === "incomplete" || number === null)
    return `A version of "${path}" that is not complete yet is built from it.`;
  return `Version ${number} of "${path}" was built from it.`;
}
