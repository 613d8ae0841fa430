import type { StoredSecret, WebhookFormat } from "../database/schema.ts";
import type { EventRow } from "../events/reading.ts";
import { type Outbound, OutboundError } from "../outbound/fetch.ts";
import { productVersion } from "../version.ts";
import { type Mailer, toEmail } from "./email.ts";
import { sign } from "./signing.ts";
import { toSlack } from "./slack.ts";

export const attemptTimeoutMs = 15_000;
const mostRedirects = 3;
/** Enough to see why it was refused. */
const keptAnswer = 300;

/** Where a message goes. */
export type Target = {
  name: string;
  format: WebhookFormat;
  url: string | null;
  recipients: string[];
  secrets: StoredSecret[];
};

/** How an attempt ended: without an error, it was delivered. */
export type Result = {
  milliseconds: number;
  status: number | null;
  error: string | null;
  answer: string | null;
  retryAfterMs?: number | undefined;
};

export type SendingNeeds = { outbound: Outbound; mail: Mailer | undefined };
type Sent = Omit<Result, "milliseconds">;

/** The body of a message as Standard Webhooks has it; the same for every attempt. */
export function toBody(event: EventRow): string {
  return JSON.stringify({ type: event.action, timestamp: event.at, data: event });
}

/**
 * Sends one message, once.
 *
 * @param message its id, the same for every attempt
 */
export async function send(
  target: Target,
  message: string,
  event: EventRow,
  needs: SendingNeeds,
  { at, signal }: { at: Date; signal?: AbortSignal },
): Promise<Result> {
  const startedAt = performance.now();
  const sent = await attempt(target, message, event, needs, { at, ...(signal && { signal }) }).catch(
    (error: unknown): Sent => {
      if (!(error instanceof OutboundError)) throw error;
      return { status: null, error: error.message, answer: null };
    },
  );
  return { milliseconds: Math.round(performance.now() - startedAt), ...sent };
}

async function attempt(
  target: Target,
  message: string,
  event: EventRow,
  { outbound, mail }: SendingNeeds,
  { at, signal }: { at: Date; signal?: AbortSignal },
): Promise<Sent> {
  if (target.format === "email") {
    if (!mail)
      throw new OutboundError("refused", "The server has no WAYBILL_SMTP_URL and WAYBILL_MAIL_FROM.");
    const email = { to: target.recipients, id: message, ...toEmail(event, target.name) };
    return { status: null, error: null, answer: shown(await mail(email, attemptTimeoutMs, signal)) };
  }
  const body = target.format === "slack" ? JSON.stringify(toSlack(event)) : toBody(event);
  const signature = target.format === "standard" ? sign(message, at, body, target.secrets) : {};
  const {
    status,
    headers,
    body: answer,
  } = await outbound.fetch(target.url ?? "", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "User-Agent": `waybill/${productVersion}`,
      ...signature,
    },
    body,
    timeoutMs: attemptTimeoutMs,
    maxBytes: 4096,
    cut: true,
    maxRedirects: mostRedirects,
    ...(signal && { signal }),
  });
  const error = status >= 200 && status < 300 ? null : errorOf(status);
  const retryAfterMs = error === null ? undefined : readRetryAfter(headers["retry-after"], at);
  return { status, error, answer: shown(answer.toString()), retryAfterMs };
}

function errorOf(status: number): string {
  if (status === 410) return "It answered 410: it wants no messages any more.";
  if (status >= 300 && status < 400)
    return `It answered ${status}, a redirect that does not keep a POST. Give its target as the URL.`;
  return `It answered ${status}.`;
}

function readRetryAfter(header: unknown, now: Date): number | undefined {
  if (typeof header !== "string") return undefined;
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return ms > 0 ? ms : undefined;
}

/** The start of an answer, as something that can be shown. */
function shown(answer: string): string | null {
  const text = answer
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return text === "" ? null : text.slice(0, keptAnswer).toWellFormed();
}
