/** How long operations may take: the `timeouts` argument that users know from other providers. */
import { DiagnosticError } from "./diagnostics.ts";
import type { Fields } from "./planning.ts";
import type { ReadContext } from "./provider.ts";
import type { Attribute, Schema } from "./schema.ts";
import type { Validator } from "./validators.ts";
import { types } from "./values/types.ts";
import { isRecord } from "./values/values.ts";

export type Operation = "create" | "read" | "update" | "delete";
/** The operations whose time users may set, each with how long it may take unless they do, in milliseconds. */
export type Timeouts = { readonly [operation in Operation]?: number };
/** What has operations that may take too long, and what to call it. */
type Limited = { readonly schema: Schema; readonly timeouts?: Timeouts };

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const longestMs = 24 * 3_600_000;
const doing = { create: "Creating", read: "Reading", update: "Updating", delete: "Deleting" };

/** Reads a duration as users write it, such as `30s` or `1h30m`, in milliseconds; NaN when it is none. */
export function durationMs(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return Number.NaN;
  const parts = text.matchAll(/([\d.]+)([a-z]+)/g);
  return [...parts].reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (unitMs[unit] ?? 0), 0);
}

const isTimeout: Validator = (value) => {
  const ms = durationMs(String(value));
  return ms >= 1 && ms <= longestMs ? undefined : "must be a duration up to 24h, such as 30s, 10m or 1h30m";
};

/** A schema with the argument `timeouts`, where there is something to set. */
export function withTimeouts<S extends Schema>(schema: S, timeouts: Timeouts = {}): S {
  const operations = Object.entries(timeouts);
  if (operations.length === 0) return schema;
  const members = operations.map(([operation, ms]): [string, Attribute] => [
    operation,
    {
      type: types.string,
      optional: true,
      validators: [isTimeout],
      description: `Default: \`${shown(ms)}\`.`,
    },
  ]);
  const attribute: Attribute = {
    optional: true,
    local: true,
    description: "How long each operation may take, such as `30s` or `10m`.",
    nested: { mode: "single", attributes: Object.fromEntries(members) },
  };
  return { ...schema, attributes: { ...schema.attributes, timeouts: attribute } };
}

/**
 * Runs an operation, whose signal is aborted when it has taken as long as it may.
 *
 * @param fields the configuration or state that holds the user's `timeouts`
 * @throws {DiagnosticError} which says which time has passed; otherwise whatever `work` throws
 */
export async function withinTimeout<T, Client>(
  { timeouts = {} }: Limited,
  operation: Operation,
  fields: Fields,
  context: ReadContext<Client>,
  work: (context: ReadContext<Client>) => Promise<T>,
): Promise<T> {
  const written = isRecord(fields.timeouts) ? fields.timeouts[operation] : null;
  const asked = typeof written === "string" ? durationMs(written) : Number.NaN;
  // State can hold anything: only what is usable counts.
  const ms = asked >= 1 ? Math.min(asked, longestMs) : timeouts[operation];
  if (ms === undefined) return work(context);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, late.signal]) });
  } catch (error) {
    if (!late.signal.aborted || context.signal.aborted) throw error;
    const undone =
      operation === "read"
        ? ""
        : " It may have been done all the same: look at what is there before you apply again.";
    throw new DiagnosticError(
      `${doing[operation]} took too long`,
      `It was not done within ${shown(ms)} (timeouts.${operation}).${undone} Should it need longer, set ${operation} in timeouts.`,
      typeof written === "string" ? ["timeouts", operation] : [],
    );
  } finally {
    clearTimeout(timer);
  }
}

function shown(ms: number): string {
  const unit = ["h", "m", "s"].find((one) => ms % (unitMs[one] ?? 0) === 0) ?? "ms";
  return `${ms / (unitMs[unit] ?? 1)}${unit}`;
}
