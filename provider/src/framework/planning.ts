/**
 * What a plan says of a resource. Terraform proposes what the user wrote, and for the rest what is in the state; this
 * adds defaults, and makes unknown what apply will decide.
 *
 * Source: "Resource Instance Change Lifecycle" of Terraform's plugin protocol.
 */
import { type Attribute, type Attributes, isReadOnly, type Nested } from "./schema.ts";
import { isEqual } from "./values/equality.ts";
import { emptyRecord, isRecord, type Path, Unknown, type Value } from "./values/values.ts";

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
 * @param proposed what Terraform proposes
 * @param config what the user wrote
 * @param meansSame which changes are none but in the text
 */
export function planChange(
  attributes: Attributes,
  prior: Fields | null,
  proposed: Fields,
  config: Fields,
  meansSame?: Means,
): Plan {
  const planned = planFields(attributes, prior, proposed, config);
  if (prior === null) return { planned, replace: [] };
  if (differing(attributes, prior, planned).length === 0) return { planned: prior, replace: [] };
  const changed = changedNames(attributes, prior, planned, meansSame);
  if (changed.length === 0) return { planned, replace: [] };
  for (const [name, attribute] of Object.entries(attributes)) {
    const isOurs = attribute.computed && (isReadOnly(attribute) || (config[name] ?? null) === null);
    if (isOurs && attribute.default === undefined && !attribute.stable) planned[name] = unknown(attribute);
  }
  const replace = changed.filter((name) => {
    const { requiresReplace } = attributes[name] ?? {};
    return requiresReplace === "ifSet" ? (prior[name] ?? null) !== null : requiresReplace;
  });
  return { planned, replace: replace.map((name) => [name]) };
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
  return Object.keys(attributes).filter((name) => !isSame(attributes[name], prior[name], planned[name]));
}

/**
 * Completes what was planned with what apply gave: only what was unknown is taken from it, as Terraform demands.
 */
export function completePlan(planned: Value, result: Value): Value {
  if (planned instanceof Unknown) return result instanceof Unknown ? null : result;
  if (Array.isArray(planned)) {
    const given = Array.isArray(result) ? result : [];
    return planned.map((element, index) => completePlan(element, given[index] ?? null));
  }
  if (!isRecord(planned)) return planned;
  const given = isRecord(result) ? result : {};
  const complete = emptyRecord();
  for (const [name, value] of Object.entries(planned)) {
    complete[name] = completePlan(value, Object.hasOwn(given, name) ? (given[name] ?? null) : null);
  }
  return complete;
}

/** Whether an attribute is as it was; elements of a set have no order. */
function isSame(
  attribute: Attribute | undefined,
  before: Value | undefined,
  after: Value | undefined,
): boolean {
  const isSet = attribute?.type?.kind === "set" || attribute?.nested?.mode === "set";
  return isEqual(before ?? null, after ?? null, isSet);
}

function planFields(
  attributes: Attributes,
  prior: Fields | null,
  proposed: Fields,
  config: Fields,
): Record<string, Value> {
  const planned = emptyRecord();
  for (const [name, attribute] of Object.entries(attributes)) {
    const written = isReadOnly(attribute) ? null : (config[name] ?? null);
    if (attribute.writeOnly) planned[name] = null;
    else if (written !== null) {
      planned[name] = attribute.nested
        ? planNested(attribute.nested, prior?.[name] ?? null, proposed[name] ?? null, written)
        : (proposed[name] ?? null);
    } else if (attribute.default !== undefined) planned[name] = attribute.default;
    else if (attribute.computed) planned[name] = prior ? (prior[name] ?? null) : unknown(attribute);
    else planned[name] = null;
  }
  return planned;
}

/** Plans attributes within an attribute, each member beside the one that was there before. */
function planNested(nested: Nested, prior: Value, proposed: Value, config: Value): Value {
  if (config instanceof Unknown) return proposed;
  const plan = (before: Value, after: Value, written: Value): Value =>
    isRecord(after) && isRecord(written)
      ? planFields(nested.attributes, isRecord(before) ? before : null, after, written)
      : after;
  if (nested.mode === "single") return plan(prior, proposed, config);
  if (Array.isArray(proposed) && Array.isArray(config)) {
    const before = Array.isArray(prior) ? prior : [];
    return proposed.map((member, index) => {
      const written = config[index] ?? null;
      const same = nested.mode === "set" ? before.find((one) => fits(nested, one, written)) : before[index];
      return plan(same ?? null, member, written);
    });
  }
  if (!isRecord(proposed) || !isRecord(config)) return proposed;
  const planned = emptyRecord();
  for (const [key, member] of Object.entries(proposed)) {
    planned[key] = plan(isRecord(prior) ? (prior[key] ?? null) : null, member, config[key] ?? null);
  }
  return planned;
}

/** Whether a member of a set that was there has everything that is written of one now. */
function fits({ attributes }: Nested, before: Value, written: Value): boolean {
  if (!isRecord(before) || !isRecord(written)) return false;
  return Object.entries(attributes).every(([name, attribute]) => {
    const value = written[name] ?? null;
    return (attribute.computed && value === null) || isSame(attribute, before[name], value);
  });
}

function unknown({ notNull }: Attribute): Unknown {
  return notNull ? Unknown.notNull : new Unknown();
}
