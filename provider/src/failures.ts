import { RegistryError } from "@waybill/registry-client/problem";
import { type Settings, SettingsError } from "@waybill/registry-client/settings";
import { DiagnosticError } from "./framework/diagnostics.ts";

/** What was asked when a registry failed: decides where in the configuration the user is sent. */
export type Asked = {
  readonly artifact: string;
  readonly config: { readonly [argument: string]: unknown };
  readonly settings: Settings;
};

type Failure = {
  readonly summary: string;
  /** The first of these that the user set is where the error is shown. */
  readonly at?: readonly string[];
  /** What to say after the registry's own sentence. */
  readonly advice?: (error: RegistryError, asked: Asked) => string;
};

const NAMES = ["artifact", "name"];
const SELECTORS = ["version", "channel", "constraint", "fingerprint", "number", ...NAMES];
const FILTERS = ["region", "platform", "build", "type", "name"];
/** What is there already; the id of an import is its name. */
const exists = (summary: string): Failure => ({
  summary,
  at: ["name"],
  advice: (_error, { config }) =>
    `To manage it here, import it: terraform import <address> ${config.name}. Or choose another name.`,
});

/** Every failure that has a name of its own, by the code of the error. */
const FAILURES: Readonly<Record<string, Failure>> = {
  artifact_not_found: {
    summary: "No such artifact",
    at: NAMES,
    advice: ({ message }, { artifact, settings }) =>
      `${mention(message, artifact)}Check the name, and that something was published to the registry at ${settings.address.href}.`,
  },
  version_incomplete: { summary: "Version is not complete", at: SELECTORS },
  version_not_found: { summary: "No such version", at: SELECTORS },
  channel_not_found: { summary: "No such channel", at: ["channel", "name"] },
  channel_empty: { summary: "Channel points nowhere", at: ["channel", "name"] },
  no_match: { summary: "No matching image", at: FILTERS },
  ambiguous: { summary: "Several images match", at: FILTERS },
  version_revoked: {
    summary: "Version is revoked",
    at: SELECTORS,
    // The registry says which choices there are; only what resolves has them.
    advice: (_error, { config }) =>
      "on_revoked" in config
        ? "on_revoked can be set here, or for the whole provider (WAYBILL_ON_REVOKED)."
        : "",
  },
  unauthorized: {
    summary: "Token refused",
    advice: (_error, { settings }) =>
      settings.token === undefined
        ? "No token was given: set token in the provider's configuration, or WAYBILL_TOKEN, or in CI WAYBILL_OIDC_TOKEN."
        : `The registry at ${settings.address.href} does not accept the token in the provider's configuration or WAYBILL_TOKEN; it may have expired, or belong to another registry.`,
  },
  forbidden: { summary: "Token may not do this", at: ["artifact", "namespace", "name"] },
  invalid_request: { summary: "Registry refused the request" },
  token_exists: exists("Token is there already"),
  webhook_exists: exists("Webhook is there already"),
  last_admin: { summary: "Last administrator", at: ["name"] },
  version_complete: { summary: "Version is complete", at: SELECTORS },
  version_differs: { summary: "Version is there already, and differs", at: SELECTORS },
  version_in_use: {
    summary: "Version is in use",
    at: SELECTORS,
    advice: (_error, { config }) =>
      "fingerprint" in config
        ? "Where a version takes its place in the same apply, lifecycle { create_before_destroy = true } has the channel moved first."
        : "",
  },
  revocation_in_force: { summary: "Revocation is in force", at: ["at", "version"] },
  channel_managed: { summary: "Registry keeps this channel", at: ["channel", "name"] },
  channel_rule: { summary: "Rule of the channel refuses this version", at: ["version"] },
  precondition_failed: {
    summary: "Changed meanwhile",
    at: ["version", "name"],
    advice: () => "Plan again to see what is there now.",
  },
  quota_exceeded: { summary: "Namespace is full", at: NAMES },
  too_many_requests: {
    summary: "Registry asks to wait",
    advice: ({ retryAfterMs = 0 }, { settings }) =>
      `It asks to wait ${Math.ceil(retryAfterMs / 1_000)} s, which is more than the ${settings.timeoutMs / 1_000} s that a request may take, or was asked for too often. Ask less at once (-parallelism), or set a longer timeout (WAYBILL_TIMEOUT).`,
  },
  timeout: {
    summary: "Registry did not answer in time",
    advice: () => "Check that it is well, or give it more time with timeout, or WAYBILL_TIMEOUT.",
  },
  cut: {
    summary: "Connection to the registry was cut",
    // What may have been done says itself that it must be looked for first.
    advice: ({ message }) =>
      `The registry, or what is in front of it, ended in the middle of an answer${message.includes("try again") ? "" : ": try again"}.`,
  },
  ca_file: { summary: "Invalid ca_file" },
  tls: { summary: "No trusted connection to the registry" },
  proxy: { summary: "Proxy does not reach the registry" },
  unreachable: { summary: "Registry not reachable" },
  unavailable: { summary: "Registry not available", advice: () => "Try again soon." },
  internal: {
    summary: "Registry failed",
    advice: () => "Try again, and tell its operator when that does not help.",
  },
  invalid_response: { summary: "Registry gave an invalid answer" },
  cancelled: { summary: "Cancelled" },
};

/** For codes of registries newer than this provider. */
const BY_KIND: Readonly<Record<RegistryError["kind"], Failure>> = {
  unreachable: { summary: "Registry not available" },
  refused: { summary: "Registry refused the request" },
  invalid_response: { summary: "Registry gave an invalid answer" },
  cancelled: { summary: "Cancelled" },
};

/** Says what went wrong with a registry, where in the configuration, and what to do. Other errors pass unchanged. */
export function reportFailure(error: unknown, asked: Asked): unknown {
  if (error instanceof SettingsError) {
    return new DiagnosticError(`Invalid ${error.key}`, `${error.message}.`);
  }
  if (!(error instanceof RegistryError)) return error;
  const known = Object.hasOwn(FAILURES, error.code) ? FAILURES[error.code] : undefined;
  const { summary, at = [], advice } = known ?? BY_KIND[error.kind];
  const named = error.problem?.errors?.map(({ path }) => argumentOf(String(path))) ?? [];
  const argument = [...named, ...at].find((name) => asked.config[name] != null);
  const detail = [sentence(error.message), advice?.(error, asked)].filter(Boolean).join("\n\n");
  return new DiagnosticError(summary, detail, argument === undefined ? [] : [argument], { cause: error });
}

/** The argument that holds what the registry names, such as `builds[0].images` or `query.since`. */
function argumentOf(path: string): string {
  return /^(?:(?:path|query|queries[.[]\d+\]?)\.)?([^.[]*)/.exec(path)?.[1] ?? "";
}

/** Starts with a capital, unless with a name, and ends with a full stop, as the rest of what Terraform prints. */
export function sentence(text: string): string {
  const capital = /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`;
}

function mention(message: string, artifact: string): string {
  return message.includes(artifact) ? "" : `It was asked for ${artifact}. `;
}
