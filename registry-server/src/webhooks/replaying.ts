import type { Database } from "../database/database.ts";
import type { DeliveryState } from "../database/schema.ts";
import { findEvent } from "../events/reading.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import type { Jobs } from "../jobs/queue.ts";
import type { Caller, Clock } from "../unit.ts";
import {
  type DeliveryRow,
  eventsBetween,
  findDelivery,
  insertDelivery,
  listAttempts,
  listDeliveries,
  restartDeliveries,
} from "./deliveries.ts";
import { addJob, hears } from "./planning.ts";
import type { Attempt, Delivery, Replay } from "./schema.ts";
import { type SendingNeeds, send } from "./sending.ts";
import { mustFind } from "./service.ts";
import { lockWebhook, updateWebhook, type WebhookRow } from "./store.ts";
import { viewDelivery } from "./view.ts";

const all: readonly DeliveryState[] = ["waiting", "failed", "delivered"];
/** In one request; whoever needs more asks for shorter spans. */
const mostReplayed = 5_000;

type Needs = SendingNeeds & { database: Database; jobs: Jobs; clock: Clock };
type ListQuery = {
  state?: DeliveryState | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
};

/** Shows what was delivered, has it delivered again, and tries out where it goes. */
export class DeliveryService {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** The newest first, each with its attempts. @throws Problem `webhook_not_found` */
  async list(name: string, query: ListQuery): Promise<{ items: Delivery[]; next_cursor: string | null }> {
    const { reads } = this.#needs.database;
    const webhook = await mustFind(reads, name);
    const size = query.limit ?? defaultPageSize;
    const filter = { state: query.state, before: readCursor(query.cursor, "number") };
    const rows = await listDeliveries(reads, webhook.id, filter, size + 1);
    const shown = await this.#show(rows);
    return toPage(
      rows,
      size,
      ({ id }) => id,
      ({ id }) => shown.get(id) as Delivery,
    );
  }

  /** @throws Problem `webhook_not_found`, `delivery_not_found` */
  async get(name: string, message: string): Promise<Delivery> {
    const { reads } = this.#needs.database;
    const row = await mustFindDelivery(
      await mustFind(reads, name),
      await findDelivery(reads, message),
      message,
    );
    return (await this.#show([row])).get(row.id) as Delivery;
  }

  /**
   * Has messages delivered, again or for the first time, with the ids that they had.
   *
   * @returns how many
   * @throws Problem `webhook_not_found`, `delivery_not_found`, `webhook_disabled`, `invalid_request` for too many at once
   */
  async replay(name: string, { delivery: message, since, until, delivered }: Replay): Promise<number> {
    const { database, jobs, clock } = this.#needs;
    const now = clock().toISOString();
    return database.write(async (tx) => {
      const webhook = await lockWebhook(tx, { id: (await mustFind(tx, name)).id });
      if (!webhook || webhook.disabled_at !== null) throw webhookDisabled(name);
      const messages: string[] = [];
      if (message !== undefined) {
        const row = await mustFindDelivery(webhook, await findDelivery(tx, message), message);
        messages.push(...(await restartDeliveries(tx, webhook.id, [row.event_id], all, now)));
      } else {
        const span = { since: since ?? now, until: until ?? new Date(clock().getTime() + 1).toISOString() };
        const events = await eventsBetween(tx, span, mostReplayed + 1);
        if (events.length > mostReplayed) throw tooManyEvents();
        const wanted = events.filter((event) => hears(webhook, event)).map(({ id }) => id);
        for (const id of wanted) messages.push((await insertDelivery(tx, webhook.id, id, now)) ?? "");
        const states = delivered ? all : all.filter((state) => state !== "delivered");
        messages.push(...(await restartDeliveries(tx, webhook.id, wanted, states, now)));
      }
      const replayed = messages.filter((one) => one !== "");
      for (const one of replayed) await addJob(jobs, tx, one, { key: `${one} ${now}` });
      // Whoever asks knows that the receiver is back.
      if (replayed.length > 0) await updateWebhook(tx, webhook.id, { paused_until: null });
      return replayed.length;
    });
  }

  /** Sends a message that says it is a test, at once and only once. @throws Problem `webhook_not_found` */
  async test(name: string, caller: Caller): Promise<Attempt> {
    const { database, clock } = this.#needs;
    const { reads } = database;
    const webhook = await mustFind(reads, name);
    const at = clock();
    const unit = { now: at.toISOString(), caller };
    const id = await database.write((tx) =>
      recordEvent({ tx, ...unit }, { action: "webhook.tested", detail: { after: { name } } }),
    );
    const event = await findEvent(reads, id);
    if (!event) throw new Error("an event that was recorded can be read");
    const result = await send(webhook, `msg_test_${id}`, event, this.#needs, { at });
    const { milliseconds, status, error, answer } = result;
    return { number: 0, at: unit.now, milliseconds, status, error, answer };
  }

  async #show(rows: DeliveryRow[]): Promise<Map<number, Delivery>> {
    const { reads } = this.#needs.database;
    const attempts = Map.groupBy(
      await listAttempts(
        reads,
        rows.map(({ id }) => id),
      ),
      (attempt) => attempt.delivery_id,
    );
    const shown = await Promise.all(
      rows.map(async (row) => {
        const event = await findEvent(reads, row.event_id);
        if (!event) throw new Error(`the event ${row.event_id} is gone`);
        return [row.id, viewDelivery(row, event, attempts.get(row.id) ?? [])] as const;
      }),
    );
    return new Map(shown);
  }
}

async function mustFindDelivery(
  webhook: WebhookRow,
  row: DeliveryRow | undefined,
  message: string,
): Promise<DeliveryRow> {
  if (row?.webhook_id === webhook.id) return row;
  const detail = `The webhook "${webhook.name}" has no delivery "${message}". They are forgotten 30 days after their end.`;
  throw new Problem("delivery_not_found", detail);
}

function webhookDisabled(name: string): Problem {
  const detail = `The webhook "${name}" is disabled. Enable it first: waybill webhooks change ${name} --enable`;
  return new Problem("webhook_disabled", detail);
}

function tooManyEvents(): Problem {
  const detail = `There are more than ${mostReplayed} events in that time. Ask for shorter spans with "since" and "until".`;
  return new Problem("invalid_request", detail);
}
