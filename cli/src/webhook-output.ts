import type { Delivery, Webhook } from "@waybill/registry-client";
import type { Output } from "./output.ts";

const target = ({ url, recipients }: Webhook): string => url ?? recipients.join(" ");

function stateOf({ enabled, failing_since }: Webhook): string {
  if (!enabled) return "disabled";
  return failing_since === null ? "enabled" : "failing";
}

export function showWebhooks(items: Webhook[], output: Output): void {
  if (items.length === 0) output.note("there is no webhook");
  const rows = items.map((webhook) => {
    return [webhook.name, webhook.format, stateOf(webhook), target(webhook), webhook.events.join(" ")];
  });
  if (rows.length > 0) output.table(["NAME", "FORMAT", "STATE", "TO", "EVENTS"], rows);
}

/** A webhook, and how it fares. */
export function show(webhook: Webhook, output: Output): void {
  const { name, format, events, artifacts, description, disabled_reason, failing_since, failures } = webhook;
  output.facts({
    name,
    format,
    to: target(webhook),
    events: events.join(" "),
    artifacts: artifacts.join(" "),
    description,
    state: stateOf(webhook),
    "disabled because": disabled_reason,
    "failing since": failing_since && `${failing_since} (attempts: ${failures})`,
    "earlier secrets sign until": webhook.earlier_secrets_until.join(" "),
  });
}

/** Deliveries with what became of the last attempt. */
export function showDeliveries(items: Delivery[], output: Output): void {
  if (items.length === 0) output.note("there is no such delivery");
  const rows = items.map(({ id, state, event, created_at, next_attempt_at, attempts }) => {
    return [
      id,
      state,
      event.action,
      event.artifact,
      created_at,
      attempts.length,
      next_attempt_at,
      attempts[0]?.error,
    ];
  });
  if (rows.length > 0)
    output.table(["ID", "STATE", "EVENT", "ARTIFACT", "CREATED", "ATTEMPTS", "NEXT", "LAST ERROR"], rows);
}

/** One delivery with every attempt. */
export function showAttempts(
  { id, state, event, next_attempt_at, attempts }: Delivery,
  output: Output,
): void {
  output.facts({
    id,
    state,
    event: `${event.id} ${event.action}`,
    artifact: event.artifact,
    next: next_attempt_at,
  });
  const rows = attempts.map(({ number, at, status, milliseconds, error, answer }) => {
    return [number, at, status, milliseconds, error ?? "delivered", answer];
  });
  if (rows.length > 0) output.table(["ATTEMPT", "TIME", "STATUS", "MS", "RESULT", "ANSWER"], rows);
}
