/**
 * What a plan says of a resource: what the user wrote or has by default, for the rest what is in the state, and
 * unknown what apply will decide.
 *
 * Source: "Resource Instance Change Lifecycle" of Terraform's plugin protocol.
 */
import {
  type Attribute,
  type Attributes,
  isReadOnly,
  mapNested,
  members,
  type Nested,
  typeOf,
} from "./schema.ts";
import { isEqual, pair } from "./values/equality.ts";
import { emptyRecord, isRecord, type Path, Unknown, type Value, valueAt } from "./values/values.ts";

export type Fields = { readonly [name: string]: Value };

/** Whether two values of an attribute mean the same, so that only the state changes from one to the other. */
export type Means = (name: string, before: Value, after: Value) => boolean;

export type Plan = {
  readonly planned: Fields;
  /** Attributes whose change makes another resource. */
  readonly replace: readonly Path[];
};

/**
 * Plans a resource that is new or stays.
 *
 * @param prior its state; null when it is new
 * @param config what the user wrote
 * @param meansSame which changes are none but in the text
 */
export function planChange(
  attributes: Attributes,
  prior: Fields | null,
  config: Fields,
  meansSame?: Means,
): Plan {
  const planned = planFields(attributes, prior, config, false);
  if (prior === null) return { planned, replace: [] };
  if (differing(attributes, prior, planned).length === 0) return { planned: prior, replace: [] };
  const changed = changedNames(attributes, prior, planned, meansSame);
  if (changed.length === 0) return { planned, replace: [] };
  return {
    planned: planFields(attributes, prior, config, true),
    replace: replacing(attributes, changed, prior, planned, []),
  };
}

/** The attributes whose change is more than one of the state. */
export function changedNames(
  attributes: Attributes,
  prior: Fields,
  planned: Fields,
  meansSame: Means = () => false,
): string[] {
  return differing(attributes, prior, planned).filter(
    (name) => !attributes[name]?.local && !meansSame(name, prior[name] ?? null, planned[name] ?? null),
  );
}

function differing(attributes: Attributes, prior: Fields, planned: Fields): string[] {
  const names = Object.keys(attributes);
  return names.filter((name) => !isSame(attributes[name] as Attribute, prior[name], planned[name]));
}

function isSame(attribute: Attribute, before: Value = null, after: Value = null): boolean {
  return isEqual(before, after, typeOf(attribute));
}

/** @param changes whether the resource changes, and with it perhaps all that is computed and not `stable` */
function planFields(
  attributes: Attributes,
  prior: Fields | null,
  config: Fields,
  changes: boolean,
): Record<string, Value> {
  const planned = emptyRecord();
  for (const [name, attribute] of Object.entries(attributes)) {
    const { nested, writeOnly, computed, stable } = attribute;
    const before = prior?.[name] ?? null;
    const written = isReadOnly(attribute) ? null : (config[name] ?? attribute.default ?? null);
    const lasts = prior !== null && (!changes || (stable && before !== null));
    if (writeOnly) planned[name] = null;
    else if (written !== null)
      planned[name] = nested ? planNested(nested, before, written, changes) : written;
    else if (computed) planned[name] = lasts ? before : unknown(attribute);
    else planned[name] = null;
  }
  return planned;
}

/**
 * Plans attributes within an attribute, each member beside the one that was there before. In a list or a set that is
 * one that has all that is written of it now: of any other nobody can say which it was.
 */
function planNested(nested: Nested, prior: Value, written: Value, changes: boolean): Value {
  const { attributes } = nested;
  const plan = (before: Value | undefined, member: Fields, all: boolean) =>
    planFields(attributes, isRecord(before) ? before : null, member, all);
  const stays = (member: Value, before: Value) =>
    isRecord(member) &&
    isRecord(before) &&
    differing(attributes, before, plan(before, member, false)).length === 0;
  const there = Array.isArray(written) && pair(written, Array.isArray(prior) ? prior : [], stays);
  return mapNested(nested, written, (member, path) =>
    plan(there ? there[path[0] as number] : valueAt(prior, path), member, changes),
  );
}

/** Where a change makes another resource. Within a set that cannot be said: a member that changes is another one. */
function replacing(
  attributes: Attributes,
  changed: readonly string[],
  prior: Fields,
  planned: Fields,
  path: Path,
): Path[] {
  return changed.flatMap((name) => {
    const { requiresReplace, nested } = attributes[name] as Attribute;
    const [before, after, here] = [prior[name] ?? null, planned[name] ?? null, [...path, name]];
    const isAsked = typeof requiresReplace === "function" ? requiresReplace(before, after) : requiresReplace;
    if (isAsked === "ifSet" ? before !== null : isAsked) return [here];
    if (!nested || nested.mode === "set") return [];
    return members(nested, after).flatMap(([step, now]) => {
      const then = valueAt(before, step);
      if (!isRecord(then) || !isRecord(now)) return [];
      return replacing(nested.attributes, differing(nested.attributes, then, now), then, now, [
        ...here,
        ...step,
      ]);
    });
  });
}

function unknown({ notNull }: Attribute): Unknown {
  return notNull ? Unknown.notNull : new Unknown();
}
