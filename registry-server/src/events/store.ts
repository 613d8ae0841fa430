import { writeJson } from "../database/json.ts";
import type { Unit } from "../unit.ts";

/** Everything that is recorded, in the order of the documentation. */
export const eventActions = [
  "token.created",
  "artifact.created",
  "artifact.changed",
  "artifact.deleted",
  "version.opened",
  "version.changed",
  "version.completed",
  "version.abandoned",
  "version.expired",
  "version.deleted",
  "build.reported",
  "build.replaced",
  "document.attached",
  "document.replaced",
  "document.removed",
  "log.started",
  "log.ended",
  "log.deleted",
  "channel.created",
  "channel.changed",
  "channel.assigned",
  "channel.deleted",
  "revocation.set",
  "revocation.inherited",
  "revocation.effective",
  "revocation.removed",
  "webhook.created",
  "webhook.changed",
  "webhook.secret_rotated",
  "webhook.disabled",
  "webhook.deleted",
] as const;

export type EventAction = (typeof eventActions)[number];

export type EventRecord = {
  action: EventAction;
  artifact?: string;
  version?: { id: number; number: number | null };
  /** What was there before and what is there after, as far as it says what happened. */
  detail: { before?: object; after?: object; reason?: string };
  /** The event that caused this one. */
  cause?: number | undefined;
};

/**
 * Adds an event in the transaction of what happened, so that neither is there without the other.
 *
 * @returns its id, for what it causes
 */
export async function recordEvent({ tx, now, caller }: Unit, event: EventRecord): Promise<number> {
  const { id } = await tx
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
      cause_id: event.cause ?? null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
