import type { Database, Writer } from "../database/database.ts";
import { actionsOf, isWithin } from "../events/filter.ts";
import { type Recorded, tellEvents } from "../events/store.ts";
import type { Jobs } from "../jobs/queue.ts";
import { insertDelivery } from "./deliveries.ts";
import { listEnabled, type WebhookRow } from "./store.ts";

export const queueName = "webhooks";

/**
 * Has a delivery tried, in the transaction that decides so.
 *
 * @param key another one where it is to be tried now, although an earlier decision to try it later stands
 */
export async function addJob(
  jobs: Jobs,
  tx: Writer,
  message: string,
  { waitMs = 0, key = message }: { waitMs?: number; key?: string } = {},
): Promise<void> {
  const startAfter = waitMs > 0 ? { startAfter: new Date(Date.now() + waitMs) } : {};
  await jobs.add(tx, queueName, { message }, { key, ...startAfter });
}

/** Whether a webhook is to be told of an event. */
export function hears(
  { events, artifacts }: Pick<WebhookRow, "events" | "artifacts">,
  { action, artifact }: Pick<Recorded, "artifact"> & { action: string },
): boolean {
  return (
    events.some((pattern) => (actionsOf(pattern) as string[]).includes(action)) &&
    artifacts.some((pattern) => isWithin(pattern, artifact))
  );
}

/** From now on, each event and its deliveries are stored together or not at all. */
export function planDeliveries(database: Database, jobs: Jobs): void {
  tellEvents(database, async ({ tx, now }, event) => {
    for (const webhook of await listEnabled(tx)) {
      if (!hears(webhook, event)) continue;
      const message = await insertDelivery(tx, webhook.id, event.id, now);
      if (message !== undefined) await addJob(jobs, tx, message);
    }
  });
}
