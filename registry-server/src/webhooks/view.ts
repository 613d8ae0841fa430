import type { EventRow } from "../events/reading.ts";
import type { AttemptRow, DeliveryRow } from "./deliveries.ts";
import type { Attempt, Delivery, Webhook } from "./schema.ts";
import { signingSecrets } from "./signing.ts";
import type { WebhookRow } from "./store.ts";

/** Where a webhook goes, without what lets others post there. */
function shownUrl(text: string, isSlack: boolean): string {
  const url = new URL(text);
  if (isSlack) return `${url.origin}/...`;
  return url.origin + url.pathname + (url.search === "" ? "" : "?...");
}

/** What of a webhook goes into events. */
export function describe({
  name,
  format,
  url,
  recipients,
  events,
  artifacts,
  description,
  disabled_at,
}: WebhookRow) {
  const shown = url === null ? null : shownUrl(url, format === "slack");
  return {
    name,
    format,
    url: shown,
    recipients,
    events,
    artifacts,
    description,
    enabled: disabled_at === null,
  };
}

/** A webhook without its secrets. */
export function view(row: WebhookRow, now: string): Webhook {
  const { disabled_at, disabled_reason, failing_since, failures, created_at, updated_at } = row;
  const [, ...earlier] = signingSecrets(row.secrets, now);
  return {
    ...describe(row),
    disabled_at,
    disabled_reason,
    failing_since,
    failures,
    earlier_secrets_until: earlier.flatMap(({ until }) => until ?? []),
    created_at,
    updated_at,
  };
}

function viewAttempt({ number, at, milliseconds, status, error, answer }: AttemptRow): Attempt {
  return { number, at, milliseconds, status, error, answer };
}

export function viewDelivery(
  { message, state, created_at, next_at, ended_at }: DeliveryRow,
  event: Pick<EventRow, "id" | "action" | "artifact">,
  attempts: AttemptRow[],
): Delivery {
  const { id, action, artifact } = event;
  return {
    id: message,
    state,
    event: { id, action, artifact },
    created_at,
    next_attempt_at: next_at,
    ended_at,
    attempts: attempts.map(viewAttempt),
  };
}
