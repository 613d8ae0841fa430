import { writeJson } from "../database/json.ts";
import type { Unit } from "../unit.ts";

export type EventAction =
  | "token.created"
  | "artifact.created"
  | "artifact.changed"
  | "artifact.deleted"
  | "version.opened"
  | "version.changed"
  | "version.completed"
  | "version.abandoned"
  | "version.expired"
  | "version.deleted"
  | "build.reported"
  | "build.replaced";

export type EventRecord = {
  action: EventAction;
  artifact?: string;
  version?: { id: number; number: number | null };
  /** What was there before and what is there after, as far as it says what happened. */
  detail: { before?: object; after?: object; reason?: string };
};

/** Adds an event in the transaction of what happened, so that neither is there without the other. */
export async function recordEvent({ tx, now, caller }: Unit, event: EventRecord): Promise<void> {
  await tx
    .insertInto("events")
    .values({
      at: now,
      actor: caller.name,
      request_id: caller.requestId,
      action: event.action,
      artifact: event.artifact ?? null,
      version_id: event.version?.id ?? null,
      number: event.version?.number ?? null,
      detail: writeJson(event.detail),
    })
    .execute();
}
