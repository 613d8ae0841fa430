import { type Actor, mayRead } from "../tokens/scopes.ts";
import type { Build } from "./schema.ts";

/** Builds without the parents that an actor may not read: their publisher could, but not everybody who reads them. */
export function withReadableParents(builds: Build[], actor: Actor): Build[] {
  return builds.map((build) => ({
    ...build,
    parents: build.parents.filter((parent) => mayRead(actor, parent.artifact)),
  }));
}
