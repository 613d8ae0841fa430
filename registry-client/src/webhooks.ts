import type { CallOptions } from "./caller.ts";
import { type Paging, queryString, type Routes } from "./routes.ts";
import type {
  CreatedWebhook,
  Delivery,
  DeliveryAttempt,
  NewWebhook,
  Page,
  Replay,
  Webhook,
  WebhookChange,
  WebhookSecret,
} from "./types.ts";

/** Where events are sent, and what became of it. */
export class Webhooks {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  create(body: NewWebhook, options?: CallOptions): Promise<CreatedWebhook> {
    return this.#routes.send("POST", "v1/webhooks", { body, once: true }, "name", options);
  }

  list(page: Paging = {}, options?: CallOptions): Promise<Page<Webhook>> {
    return this.#routes.get(`v1/webhooks${queryString(page)}`, "items", options);
  }

  get(name: string, options?: CallOptions): Promise<Webhook> {
    return this.#routes.get(path(name), "name", options);
  }

  change(name: string, body: WebhookChange, options?: CallOptions): Promise<Webhook> {
    return this.#routes.send("PATCH", path(name), { body }, "name", options);
  }

  delete(name: string, options?: CallOptions): Promise<void> {
    return this.#routes.tell("DELETE", path(name), options);
  }

  /** Sends a test at once. The answer tells what became of it; it is not tried again. */
  test(name: string, options?: CallOptions): Promise<DeliveryAttempt> {
    return this.#routes.send("POST", path(name, "/test"), {}, "number", options);
  }

  /**
   * @param overlapHours for how long earlier secrets sign, too
   * @param secret one of the caller's own making; without it the registry makes one
   */
  rotateSecret(
    name: string,
    overlapHours: number,
    options?: CallOptions,
    secret?: string,
  ): Promise<WebhookSecret> {
    const change = { body: { overlap_hours: overlapHours, ...(secret && { secret }) }, once: !secret };
    return this.#routes.send("POST", path(name, "/rotate-secret"), change, "secret", options);
  }

  /** The newest first. */
  deliveries(
    name: string,
    filter: Paging & { state?: Delivery["state"] | undefined } = {},
    options?: CallOptions,
  ): Promise<Page<Delivery>> {
    return this.#routes.get(path(name, `/deliveries${queryString(filter)}`), "items", options);
  }

  delivery(name: string, id: string, options?: CallOptions): Promise<Delivery> {
    return this.#routes.get(path(name, `/deliveries/${encodeURIComponent(id)}`), "id", options);
  }

  /** @returns how many are delivered again */
  async replay(name: string, body: Replay, options?: CallOptions): Promise<number> {
    const change = { body };
    const answer = await this.#routes.send<{ replayed: number }>(
      "POST",
      path(name, "/replay"),
      change,
      "replayed",
      options,
    );
    return answer.replayed;
  }
}

function path(name: string, rest = ""): string {
  return `v1/webhooks/${encodeURIComponent(name)}${rest}`;
}
