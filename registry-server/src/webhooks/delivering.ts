import type { Database, Writer } from "../database/database.ts";
import { findEvent } from "../events/reading.ts";
import { recordEvent } from "../events/store.ts";
import type { Jobs, Queue, Turn } from "../jobs/queue.ts";
import { serverCaller } from "../tokens/scopes.ts";
import type { Clock } from "../unit.ts";
import { mostTries, nextTry, pauseUntil, reasonToDisable } from "./backoff.ts";
import {
  type DeliveryRow,
  findDelivery,
  forgetEnded,
  insertAttempt,
  listOverdue,
  updateDelivery,
} from "./deliveries.ts";
import { addJob, planDeliveries, queueName } from "./planning.ts";
import { type Result, type SendingNeeds, send } from "./sending.ts";
import { lockWebhook, updateWebhook, type WebhookRow } from "./store.ts";

/** When to try again is decided here and is part of the log; the queue does so only when the server itself fails. */
export const webhookQueue: Queue<{ message: string }> = {
  name: queueName,
  concurrency: 20,
  timeoutMs: 60_000,
  retry: { limit: 20, delayMs: 5_000, maxDelayMs: 600_000 },
};

/** Deliveries of a webhook that was paused begin again within this time, not all at once. */
const spreadMs = 5_000;
const overdueMs = 30 * 60_000;
/** For how long one can see what was delivered, and have it delivered again. */
const keepMs = 30 * 86_400_000;
const batch = 1_000;
const tendEveryMs = 10 * 60_000;

type Needs = SendingNeeds & { database: Database; jobs: Jobs; clock: Clock };

/** From now on events are delivered to the webhooks that choose them. */
export function startDelivering(needs: Needs): void {
  const deliverer = new Deliverer(needs);
  planDeliveries(needs.database, needs.jobs);
  needs.jobs.work(webhookQueue, (payload, turn) => deliverer.deliver(payload, turn));
  needs.jobs.every({ name: queueName, everyMs: tendEveryMs, run: () => deliverer.tend() });
}

/** Delivers, tries again, and gives up. */
export class Deliverer {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Makes one attempt to deliver a message, unless it is too early or too late for that. */
  async deliver({ message }: { message: string }, { signal }: Pick<Turn, "signal">): Promise<void> {
    const { database, clock } = this.#needs;
    const delivery = await findDelivery(database.reads, message);
    const ready = delivery && (await database.write((tx) => this.#prepare(tx, delivery)));
    const event = ready && (await findEvent(database.reads, ready.delivery.event_id));
    if (!ready || !event) return;
    const at = clock();
    const result = await send(ready.webhook, message, event, this.#needs, { at, signal });
    // The server ends: this says nothing of the receiver.
    signal.throwIfAborted();
    await database.write((tx) => this.#settle(tx, ready, result, at));
  }

  /** Puts what has been waiting in vain back to work, and forgets what is over for long. */
  async tend(): Promise<void> {
    const { database, clock, jobs } = this.#needs;
    const before = (ms: number) => new Date(clock().getTime() - ms).toISOString();
    await database.write(async (tx) => {
      const overdue = await listOverdue(tx, before(overdueMs), batch);
      for (const message of overdue) await addJob(jobs, tx, message, { key: `${message} overdue` });
      await forgetEnded(tx, before(keepMs), batch);
    });
  }

  async #prepare(tx: Writer, { id, webhook_id, message }: DeliveryRow) {
    const { clock, jobs } = this.#needs;
    const webhook = await lockWebhook(tx, { id: webhook_id });
    const delivery = await findDelivery(tx, message);
    if (!webhook || delivery?.state !== "waiting") return undefined;
    const now = clock();
    if (webhook.disabled_at !== null) {
      await updateDelivery(tx, id, { state: "failed", next_at: null, ended_at: now.toISOString() });
      return undefined;
    }
    const pause = Date.parse(webhook.paused_until ?? "") || 0;
    const early = Math.max(pause, Date.parse(delivery.next_at ?? "") || 0) - now.getTime();
    if (early <= 0) return { webhook, delivery };
    const waitMs = early + Math.round(Math.random() * spreadMs);
    await updateDelivery(tx, id, { next_at: new Date(now.getTime() + waitMs).toISOString() });
    await addJob(jobs, tx, message, { waitMs });
    return undefined;
  }

  async #settle(
    tx: Writer,
    { webhook, delivery }: { webhook: WebhookRow; delivery: DeliveryRow },
    result: Result,
    at: Date,
  ): Promise<void> {
    const now = this.#needs.clock();
    const tries = delivery.tries + 1;
    const counts = { attempts: delivery.attempts + 1, tries };
    const present = await lockWebhook(tx, { id: webhook.id });
    // Deleted meanwhile, and with it the delivery.
    if (!present) return;
    await insertAttempt(tx, delivery, result, at.toISOString());
    const ended = { next_at: null, ended_at: now.toISOString() };
    if (result.error === null) {
      await updateDelivery(tx, delivery.id, { ...counts, state: "delivered", ...ended });
      const healthy = { failures: 0, failing_since: null, paused_until: null };
      if (present.failures > 0) await updateWebhook(tx, webhook.id, healthy);
      return;
    }
    const isDisabled = await this.#noteFailure(tx, present, result, now);
    if (isDisabled || tries >= mostTries) {
      await updateDelivery(tx, delivery.id, { ...counts, state: "failed", ...ended });
      return;
    }
    const next = nextTry(now, tries, result.retryAfterMs);
    await updateDelivery(tx, delivery.id, { ...counts, next_at: next.toISOString() });
    const wait = { waitMs: next.getTime() - now.getTime(), key: `${delivery.message} ${tries}` };
    await addJob(this.#needs.jobs, tx, delivery.message, wait);
  }

  /** @returns whether the webhook is disabled now */
  async #noteFailure(tx: Writer, webhook: WebhookRow, result: Result, now: Date): Promise<boolean> {
    if (webhook.disabled_at !== null) return true;
    const failures = webhook.failures + 1;
    const since = webhook.failing_since ?? now.toISOString();
    const reason = reasonToDisable({ ...result, failures, since }, now);
    const disabled = reason !== undefined && { disabled_at: now.toISOString(), disabled_reason: reason };
    const paused_until = pauseUntil(now, failures).toISOString();
    await updateWebhook(tx, webhook.id, { failures, failing_since: since, paused_until, ...disabled });
    if (reason === undefined) return false;
    const unit = { tx, now: now.toISOString(), caller: serverCaller("webhooks") };
    const after = { name: webhook.name, failing_since: since, failures };
    await recordEvent(unit, { action: "webhook.disabled", detail: { after, reason } });
    return true;
  }
}
