import { isPattern } from "./attributes.ts";
import { atLeastOne, noNulls, oneOf } from "./framework/validators.ts";
import { types } from "./framework/values/types.ts";

/** What a token may do, and where. */
export const scopes = {
  required: true,
  validators: [atLeastOne("scope"), noNulls],
  description: "What it may do.",
  nested: {
    mode: "list",
    attributes: {
      scope: {
        type: types.string,
        required: true,
        validators: [oneOf("read", "publish", "promote", "admin")],
        description:
          "`read`, `publish`, `promote` or `admin`. Each lets its holder read; `admin` contains all others.",
      },
      pattern: {
        type: types.string,
        required: true,
        validators: [isPattern],
        description: "Where: `*`, a namespace (`team`, `team-*`) or artifacts (`team/web`, `team/web-*`).",
      },
    },
  },
} as const;

/** What scopes mean: all of them together. */
export const inAnyOrder = types.set(types.object({ scope: types.string, pattern: types.string }));

type Given = readonly ({ readonly scope: string | null; readonly pattern: string | null } | null)[];
type Scope = { scope: "read" | "publish" | "promote" | "admin"; pattern: string };

/** The scopes as the registry takes them. */
export function toScopes(given: Given): Scope[] {
  return given.flatMap((one) => (one ? [one as Scope] : []));
}
