/** What handlers get of a plan, and what becomes of a plan with what they give. */
import { type Fields, planChange } from "./planning.ts";
import { type Attributes, mapNested } from "./schema.ts";
import { isEqual, pair } from "./values/equality.ts";
import { emptyRecord, isRecord, isWhollyKnown, Unknown, type Value, valueAt } from "./values/values.ts";

/**
 * Completes what was planned with what a handler gave: only what was unknown is taken from it, as Terraform demands.
 * A member of a list or a set is completed from the one that agrees with what is known of it.
 */
export function completePlan(planned: Value, result: Value): Value {
  if (planned instanceof Unknown) return result instanceof Unknown ? null : result;
  if (isWhollyKnown(planned)) return planned;
  if (Array.isArray(planned)) {
    const given = Array.isArray(result) ? result : [];
    const agreeing = pair(planned, given, agrees);
    return planned.map((member, index) => completePlan(member, agreeing[index] ?? given[index] ?? null));
  }
  const complete = emptyRecord();
  for (const [name, value] of Object.entries(isRecord(planned) ? planned : {})) {
    complete[name] = completePlan(value, valueAt(result, [{ key: name }]));
  }
  return complete;
}

/** Whether what was given can be what was planned; what it does not mention is no disagreement. */
function agrees(planned: Value, given: Value | undefined): boolean {
  if (planned instanceof Unknown || given === undefined) return true;
  if (Array.isArray(planned) && Array.isArray(given)) {
    return planned.length === given.length && !pair(planned, given, agrees).includes(undefined);
  }
  if (isRecord(planned) && isRecord(given)) {
    return Object.entries(planned).every(([name, value]) => agrees(value, given[name]));
  }
  return isEqual(planned, given);
}

/** What was written or has a default, also what is only in the configuration; what apply decides is null. */
export function chosen(attributes: Attributes, planned: Fields, config: Fields): Fields {
  return completePlan(withWriteOnly(attributes, planned, config), null) as Fields;
}

function withWriteOnly(attributes: Attributes, planned: Fields, config: Fields): Fields {
  const fields = emptyRecord();
  for (const [name, { writeOnly, nested }] of Object.entries(attributes)) {
    const [value, written] = [planned[name] ?? null, config[name] ?? null];
    if (writeOnly) fields[name] = written;
    // A set has no attributes that are only written.
    else if (!nested || nested.mode === "set") fields[name] = value;
    else {
      fields[name] = mapNested(nested, value, (member, path) => {
        const one = valueAt(written, path);
        return withWriteOnly(nested.attributes, member, isRecord(one) ? one : {});
      });
    }
  }
  return fields;
}

/** Of something that has no state: what its handler gets, with defaults, and what becomes of that with its result. */
export function stateless(attributes: Attributes, config: Fields) {
  const { planned } = planChange(attributes, null, config);
  return {
    wanted: chosen(attributes, planned, config),
    complete: (result: object) => completePlan(planned, result as Fields),
  };
}
