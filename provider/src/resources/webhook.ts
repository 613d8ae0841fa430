import type { Webhook, WebhookChange } from "@waybill/registry-client/types";
import { importName, isPattern, lasting, nameArgument, text, timeouts, withoutNulls } from "../attributes.ts";
import type { Diagnostics } from "../framework/diagnostics.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { Config, PartialConfig, State } from "../framework/schema.ts";
import { atMostOneOf, each, notEmpty, oneOf, type Validator, wholeNumber } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import { Unknown } from "../framework/values/values.ts";
import type { Context, Registry } from "../registry.ts";

const isUrl: Validator = (value) => {
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
  const isUsable = url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return isUsable ? undefined : "must be an http or https URL without a user and a password";
};

const isSecret: Validator = (value) =>
  /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(String(value))
    ? undefined
    : "must be whsec_ and 24 to 64 random bytes in base64, as Standard Webhooks have it";

const isAction: Validator = (value) =>
  value === "*" || /^[a-z_]+\.([a-z_]+|\*)$/.test(String(value))
    ? undefined
    : "must be kinds of events, such as version.completed, channel.* or *";

const isAddress: Validator = (value) =>
  /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value))
    ? undefined
    : "must be e-mail addresses, such as web-team@example.com";

const schema = {
  description:
    "Sends events somewhere as they happen: to a program, signed as Standard Webhooks say, to a chat, or by e-mail. What signs it, and an address that is itself a secret, are in no state and no plan. Needs a token with `admin` on everything that does not expire.",
  attributes: {
    name: nameArgument("a webhook", "Name of the webhook, such as `deployer`."),
    format: {
      type: types.string,
      optional: true,
      computed: true,
      default: "standard",
      requiresReplace: true,
      validators: [oneOf("standard", "slack", "email")],
      description:
        "`standard` for programs; `slack` for what takes the messages of Slack; `email`. Default: `standard`.",
    },
    url: {
      type: types.string,
      optional: true,
      validators: [isUrl],
      description: "Where it goes.",
    },
    url_wo: {
      type: types.string,
      optional: true,
      writeOnly: true,
      sensitive: true,
      validators: [isUrl],
      description: "Where it goes, in place of `url`, when the address is a secret, as that of Slack is.",
    },
    recipients: {
      type: types.set(types.string),
      optional: true,
      validators: [each(isAddress)],
      description: "Addresses, for the format `email`.",
    },
    events: {
      type: types.set(types.string),
      optional: true,
      computed: true,
      default: ["channel.assigned", "revocation.effective", "version.completed"],
      validators: [each(isAction)],
      description:
        "Which events, such as `version.completed` or `channel.*`. Default: `version.completed`, `channel.assigned` and `revocation.effective`.",
    },
    artifacts: {
      type: types.set(types.string),
      optional: true,
      computed: true,
      default: ["*"],
      validators: [each(isPattern)],
      description: "Of which artifacts: `*`, `team`, `team/web`, `team/web-*`. Default: all.",
    },
    description: {
      type: types.string,
      optional: true,
      validators: [notEmpty],
      description: "What it is for.",
    },
    enabled: {
      type: types.bool,
      optional: true,
      computed: true,
      default: true,
      description:
        "Whether anything is sent. The registry disables a webhook that took nothing for three days; the next apply enables it again. Default: `true`.",
    },
    secret_wo: {
      type: types.string,
      optional: true,
      writeOnly: true,
      sensitive: true,
      validators: [isSecret],
      description: "What signs it: `whsec_` and 24 to 64 random bytes in base64. Required for `standard`.",
    },
    secret_wo_version: {
      type: types.number,
      optional: true,
      description:
        "Another number sends `secret_wo` and `url_wo` as they are then; the first stands for what is there.",
    },
    secret_overlap_hours: {
      type: types.number,
      optional: true,
      computed: true,
      default: 24n,
      local: true,
      validators: [wholeNumber(0, 720)],
      description: "For how long an earlier secret signs, too, once there is another one. Default: `24`.",
    },
    id: { ...text("The name."), ...lasting },
    created_at: { ...text("When it was made."), ...lasting },
    disabled_reason: text("Why nothing is sent, where it is disabled."),
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_webhook"` */
export const webhook = resource<Schema, Registry>({
  schema,
  timeouts,
  validate: checkFormat,

  plan({ prior, config, planned }) {
    if (prior && prior.enabled === planned.enabled) planned.disabled_reason = prior.disabled_reason;
    const isSigned = config.format === null || config.format === "standard";
    const isNew = prior === null || isRotated(prior, config.secret_wo_version);
    if (isNew && isSigned && config.secret_wo === null) throw missingSecret();
  },

  async create(config, context) {
    const { client, diagnostics } = context;
    const { name, format, secret_wo: secret } = config;
    // The plan has said so, unless the format was not known yet.
    if (format === "standard" && secret === null) throw missingSecret();
    const body = {
      name,
      format: format as Webhook["format"],
      ...withoutNulls({ ...chosen(config), description: config.description, secret }),
    };
    const made = await client.ask(context, config, (registry, call) => registry.webhooks.create(body, call));
    if (config.enabled !== false) return result(config, made);
    // It is there now, so that it must get into the state whatever becomes of this.
    const off = await change(config, { enabled: false }, context).catch((error: unknown) => {
      if (!(error instanceof DiagnosticError)) throw error;
      diagnostics.error(error.summary, error.detail, error.path);
      return made;
    });
    return result(config, off);
  },

  async read(state, context) {
    const found = await context.client.find(context, state, (registry, call) =>
      registry.webhooks.get(String(state.id), call),
    );
    if (!found) return undefined;
    const { name, format, recipients, events, artifacts, description, enabled } = found;
    return {
      ...{ name, format, events, artifacts, description, enabled },
      url: visibleUrl(state, found),
      url_wo: null,
      recipients: recipients.length === 0 ? null : recipients,
      secret_wo: null,
      secret_wo_version: state.secret_wo_version,
      secret_overlap_hours: state.secret_overlap_hours,
      ...computed(found),
    };
  },

  async update(config, prior, context) {
    const { name, enabled, description, secret_wo: secret, secret_wo_version: version } = config;
    if (isRotated(prior, version) && config.format === "standard") {
      if (secret === null) throw missingSecret();
      const hours = Number(config.secret_overlap_hours);
      await context.client.ask(context, config, (registry, call) =>
        registry.webhooks.rotateSecret(name, hours, call, secret),
      );
    }
    // To enable what is enabled would forget what failed.
    const switched = enabled === prior.enabled ? {} : { enabled: enabled ?? true };
    return result(config, await change(config, { ...chosen(config), description, ...switched }, context));
  },

  async delete(state, context) {
    await context.client.find(context, state, (registry, call) =>
      registry.webhooks.delete(String(state.id), call),
    );
  },

  import: (id) => importName(id, "a webhook"),
});

/** Whether the version of the secret is another number; the first stands for what is there. */
function isRotated({ secret_wo_version: before }: State<Schema>, now: unknown): boolean {
  if (before === null || now === null || now instanceof Unknown) return false;
  return String(now) !== String(before);
}

/** What goes where: the same when it is made and when it is changed. */
function chosen({ url, url_wo, recipients, events, artifacts }: Config<Schema>): WebhookChange {
  return withoutNulls({
    url: url ?? url_wo,
    recipients: recipients as string[] | null,
    events: events as string[] | null,
    artifacts: artifacts as string[] | null,
  });
}

function change(config: Config<Schema>, body: WebhookChange, context: Context): Promise<Webhook> {
  return context.client.ask(context, config, (registry, call) =>
    registry.webhooks.change(config.name, body, call),
  );
}

function result(config: Config<Schema>, made: Webhook) {
  const { format, events, artifacts, enabled, secret_overlap_hours } = config;
  return { format, events, artifacts, enabled, secret_overlap_hours, ...computed(made) };
}

function computed({ name, created_at, disabled_reason }: Webhook) {
  return { id: name, created_at, disabled_reason };
}

/** The registry shows no query and no address of a chat: where what it shows fits, the state is right. */
function visibleUrl({ url, created_at }: State<Schema>, found: Webhook): string | null {
  const isImported = created_at === null;
  if (found.url === null || (url === null && !isImported)) return null;
  if (url !== null) {
    const { origin, pathname, search } = new URL(url);
    if (found.url === `${origin}${pathname}${search === "" ? "" : "?..."}`) return url;
  }
  return found.url.endsWith("...") && isImported ? null : found.url;
}

function missingSecret(): DiagnosticError {
  return new DiagnosticError(
    "Missing secret_wo",
    "What is sent in the format standard is signed: give a secret, which the receiver knows too. Nobody could be told one that the registry makes.",
    ["secret_wo"],
  );
}

/** Each format has what it needs, and nothing else. */
function checkFormat(config: PartialConfig<Schema>, diagnostics: Diagnostics): void {
  atMostOneOf(["url", "url_wo"], config, diagnostics);
  const format = config.format ?? "standard";
  if (typeof format !== "string") return;
  const has = (name: "url" | "url_wo" | "recipients" | "secret_wo") => config[name] !== null;
  const refuse = (name: string, sentence: string) => diagnostics.error(`Invalid ${name}`, sentence, [name]);
  if (format === "email") {
    if (!has("recipients")) diagnostics.error("Missing recipients", "The format email needs recipients.");
    for (const name of ["url", "url_wo"] as const)
      if (has(name)) refuse(name, `${name} is not for the format email, which has recipients.`);
  } else {
    if (has("recipients")) refuse("recipients", "recipients are only for the format email.");
    if (!has("url") && !has("url_wo"))
      diagnostics.error("Missing url", "Set url, or url_wo for an address that is a secret.");
  }
  if (format === "slack" && has("url"))
    refuse("url", "The address of a chat is a secret, and url is in the state: set url_wo instead.");
  if (format !== "standard" && has("secret_wo"))
    refuse("secret_wo", "secret_wo is only for the format standard: others are not signed.");
}
