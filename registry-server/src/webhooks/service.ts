import type { Database, Reader, Writer } from "../database/database.ts";
import type { StoredSecret } from "../database/schema.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { requireLasting } from "../tokens/scopes.ts";
import type { Caller, Clock } from "../unit.ts";
import type { NewWebhook, Rotation, Webhook, WebhookChange } from "./schema.ts";
import type { SendingNeeds } from "./sending.ts";
import { newSecret, signingSecrets } from "./signing.ts";
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhook,
  updateWebhook,
  type WebhookRow,
} from "./store.ts";
import { describe, view } from "./view.ts";

const mostSecrets = 5;

type Needs = SendingNeeds & { database: Database; clock: Clock };

/** Makes, shows and changes webhooks. */
export class WebhookService {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /**
   * @returns it, with its secret this once
   * @throws Problem `webhook_exists`; `invalid_request` for e-mail when the server cannot send any, and for a URL with an
   *   address in a network that it sends nothing into; `forbidden` when the caller's token expires
   */
  async create(asked: NewWebhook, caller: Caller): Promise<Webhook & { secret: string | null }> {
    requireLasting(caller, "a webhook");
    const { name, format, url = null, recipients, events, artifacts, description = null } = asked;
    if (format === "email" && !this.#needs.mail) throw noMail();
    this.#requireReachable(url);
    const secret = format === "standard" ? (asked.secret ?? newSecret()) : null;
    const secrets = secret === null ? [] : [{ secret, until: null }];
    const now = this.#now();
    const moments = { created_at: now, updated_at: now };
    const row = await this.#needs.database.write(async (tx) => {
      const values = { name, format, url, recipients, events, artifacts, secrets, description, ...moments };
      if (!(await insertWebhook(tx, values))) throw webhookExists(name);
      const created = await mustFind(tx, name);
      await recordEvent(
        { tx, now, caller },
        { action: "webhook.created", detail: { after: describe(created) } },
      );
      return created;
    });
    return { ...view(row, now), secret };
  }

  /** @throws Problem `webhook_not_found` */
  async get(name: string): Promise<Webhook> {
    return view(await mustFind(this.#needs.database.reads, name), this.#now());
  }

  /** By name. */
  async list(query: { limit?: number | undefined; cursor?: string | undefined }) {
    const size = query.limit ?? defaultPageSize;
    const after = readCursor(query.cursor, "string") ?? "";
    const rows = await listWebhooks(this.#needs.database.reads, after, size + 1);
    const now = this.#now();
    return toPage(
      rows,
      size,
      (row) => row.name,
      (row) => view(row, now),
    );
  }

  /**
   * @throws Problem `webhook_not_found`; `invalid_request` when the change is not for its format; `forbidden` when the
   *   caller's token expires, and it does more than to describe or disable
   */
  async change(name: string, asked: WebhookChange, caller: Caller): Promise<Webhook> {
    const { description: _, enabled: isOn = false, ...sends } = asked;
    if (isOn || Object.keys(sends).length > 0) requireLasting(caller, "what a webhook sends");
    this.#requireReachable(asked.url);
    return this.#change(name, async (tx, row, now) => {
      const wrong = row.format === "email" ? "url" : "recipients";
      if (asked[wrong] !== undefined) throw wrongFormat(wrong, row);
      const { enabled, url, recipients, events, artifacts, description } = asked;
      const anew = {
        disabled_at: null,
        disabled_reason: null,
        failures: 0,
        failing_since: null,
        paused_until: null,
      };
      const off = { disabled_at: now, disabled_reason: `By ${caller.name}.` };
      const isOff = row.disabled_at !== null;
      const changed = await updateWebhook(tx, row.id, {
        ...(url !== undefined && { url }),
        ...(recipients && { recipients }),
        ...(events && { events }),
        ...(artifacts && { artifacts }),
        ...(description !== undefined && { description }),
        ...(enabled === true && anew),
        ...(enabled === false && !isOff && off),
        updated_at: now,
      });
      const detail = { before: describe(row), after: describe(changed) };
      await recordEvent({ tx, now, caller }, { action: "webhook.changed", detail });
      return view(changed, now);
    });
  }

  /**
   * Makes a new secret, or takes the one that is given. What is sent is signed with both until the overlap is over, so that no receiver misses any.
   *
   * @throws Problem `webhook_not_found`; `invalid_request` when its format is not signed
   */
  async rotateSecret(
    name: string,
    { overlap_hours, secret = newSecret() }: Rotation,
    caller: Caller,
  ): Promise<{ secret: string; earlier_until: string }> {
    return this.#change(name, async (tx, row, now) => {
      if (row.format !== "standard") throw notSigned(row);
      const earlier_until = new Date(Date.parse(now) + overlap_hours * 3_600_000).toISOString();
      if (row.secrets[0]?.secret === secret) {
        return { secret, earlier_until: row.secrets[1]?.until ?? now };
      }
      const until = (earlier: StoredSecret) => earlier.until ?? earlier_until;
      const earlier = signingSecrets(row.secrets, now).map((one) => ({ ...one, until: until(one) }));
      const secrets = [{ secret, until: null }, ...earlier].slice(0, mostSecrets);
      await updateWebhook(tx, row.id, { secrets, updated_at: now });
      const detail = { after: { name, earlier_until } };
      await recordEvent({ tx, now, caller }, { action: "webhook.secret_rotated", detail });
      return { secret, earlier_until };
    });
  }

  /** Deletes it with what it has not delivered yet. @throws Problem `webhook_not_found` */
  async delete(name: string, caller: Caller): Promise<void> {
    await this.#change(name, async (tx, row, now) => {
      await deleteWebhook(tx, row.id);
      await recordEvent(
        { tx, now, caller },
        { action: "webhook.deleted", detail: { before: describe(row) } },
      );
    });
  }

  #requireReachable(url: string | null | undefined): void {
    const refusal = url == null ? undefined : this.#needs.outbound.refusal(url);
    if (refusal === undefined) return;
    const errors = [{ path: "url", message: "must have an address that the registry may send to" }];
    throw new Problem("invalid_request", `The registry would send nothing to this URL: ${refusal}`, {
      errors,
    });
  }

  #now(): string {
    return this.#needs.clock().toISOString();
  }

  #change<T>(name: string, work: (tx: Writer, row: WebhookRow, now: string) => Promise<T>): Promise<T> {
    return this.#needs.database.write(async (tx) => {
      const row = await lockWebhook(tx, { name });
      if (!row) throw webhookNotFound(name);
      return work(tx, row, this.#now());
    });
  }
}

/** @throws Problem `webhook_not_found` */
export async function mustFind(db: Reader, name: string): Promise<WebhookRow> {
  const row = await findWebhook(db, name);
  if (!row) throw webhookNotFound(name);
  return row;
}

function webhookNotFound(name: string): Problem {
  return new Problem(
    "webhook_not_found",
    `There is no webhook "${name}". "waybill webhooks list" shows all.`,
  );
}

function webhookExists(name: string): Problem {
  return new Problem(
    "webhook_exists",
    `There is a webhook "${name}" already. Change it, or choose another name.`,
  );
}

function noMail(): Problem {
  const detail = "The server cannot send e-mail. Its operator sets WAYBILL_SMTP_URL and WAYBILL_MAIL_FROM.";
  return new Problem("invalid_request", detail);
}

function wrongFormat(field: "url" | "recipients", { name, format }: WebhookRow): Problem {
  const has = field === "url" ? "recipients" : "a URL";
  return new Problem(
    "invalid_request",
    `"${field}" is not for the webhook "${name}": its format is ${format}, which has ${has}.`,
  );
}

function notSigned({ name, format }: WebhookRow): Problem {
  return new Problem(
    "invalid_request",
    `The webhook "${name}" has no secret: what is sent as ${format} is not signed.`,
  );
}
