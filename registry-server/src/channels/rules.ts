import type { ArtifactRow } from "../artifacts/store.ts";
import type { Reader } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import { Problem } from "../http/problem.ts";
import { type Actor, allows } from "../tokens/scopes.ts";
import type { VersionRow } from "../versions/store.ts";
import { channelNotFound, channelRule, latest } from "./problems.ts";
import type { ChannelRules } from "./schema.ts";
import { findChannel, findFirstAssignment, listRules, loadTraits } from "./store.ts";

type Named = { name: string; rules: ChannelRules };

/**
 * Checks that rules can be kept: the channel they name is there, and no circle of channels waits for itself.
 *
 * @throws Problem `channel_not_found`, `invalid_request`
 */
export async function checkRulesThemselves(
  db: Reader,
  artifact: ArtifactRow,
  { name, rules }: Named,
): Promise<void> {
  if (rules.after === undefined || rules.after === latest) return;
  const known = new Map(
    (await listRules(db, artifact.id)).map((channel) => [channel.name, readJson(channel.rules)]),
  );
  known.set(name, rules);
  if (!known.has(rules.after)) {
    throw channelNotFound(
      artifact.path,
      rules.after,
      [...known.keys()].filter((other) => other !== name),
    );
  }
  const seen = [name];
  for (let next: string | undefined = rules.after; next !== undefined; next = known.get(next)?.after) {
    if (next === name) {
      const message = `goes in a circle (${[...seen, name].join(" after ")}), so that no version could ever get there`;
      throw new Problem("invalid_request", `"rules.after" ${message}.`, {
        errors: [{ path: "rules.after", message }],
      });
    }
    if (seen.includes(next)) return;
    seen.push(next);
  }
}

/**
 * Checks that the rules of a channel let the actor assign.
 *
 * @throws Problem `forbidden`, naming the rule
 */
export function checkScopeRule(actor: Actor, path: string, { name, rules }: Named): void {
  const scope = rules.scope ?? "promote";
  // Whoever may promote may also do what only asks to publish.
  if (allows(actor, scope, path) || allows(actor, "promote", path)) return;
  const detail = `The rule "scope" of the channel "${name}" of "${path}" does not allow this: assigning needs the scope "${scope}" on it, which the token "${actor.name}" does not have.`;
  throw new Problem("forbidden", detail, { rule: "scope", scope, artifact: path });
}

/**
 * What keeps a version off a channel; nothing when its rules allow it.
 *
 * @returns the problem, whose `rule` names the rule
 */
export async function findBrokenRule(
  db: Reader,
  artifact: ArtifactRow,
  { name, rules }: Named,
  version: VersionRow,
): Promise<Problem | undefined> {
  const has = await loadTraits(db, version.id);
  for (const rule of ["types", "regions"] as const) {
    const missing = (rules[rule] ?? []).filter((wanted) => !has[rule].has(wanted));
    if (missing.length === 0) continue;
    const what = `version ${version.number} has nothing for ${missing.join(", ")}; it has ${[...has[rule]].join(", ") || "none"}`;
    return channelRule(artifact.path, name, rule, what, { missing });
  }
  if (rules.after !== undefined && !(await hasBeenOn(db, artifact, rules.after, version))) {
    const what = `version ${version.number} has not been on "${rules.after}" before`;
    return channelRule(artifact.path, name, "after", what, { missing: [rules.after] });
  }
  return undefined;
}

async function hasBeenOn(
  db: Reader,
  artifact: ArtifactRow,
  channel: string,
  version: VersionRow,
): Promise<boolean> {
  // Numbers grow, so each version that may be `latest` was so when it completed.
  if (channel === latest) return version.latest_number !== null;
  const earlier = await findChannel(db, artifact.id, channel);
  return earlier !== undefined && (await findFirstAssignment(db, earlier.id, version.id)) !== undefined;
}
