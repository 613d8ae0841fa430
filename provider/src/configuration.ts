import type { RegistryClient } from "@waybill/registry-client/client";
import { ON_REVOKED, type OnRevoked, readOnRevoked } from "@waybill/registry-client/query";
import type { SettingKey, Settings } from "@waybill/registry-client/settings";
import { readSettings, SettingsError } from "@waybill/registry-client/settings";
import { DiagnosticError, type Diagnostics } from "./framework/diagnostics.ts";
import type { Config, PartialConfig } from "./framework/schema.ts";
import { oneOf } from "./framework/validators.ts";
import { types } from "./framework/values/types.ts";
import type { Logger } from "./plugin/logger.ts";
import { Registry } from "./registry.ts";
import { Resolver } from "./resolver.ts";
import { VERSION } from "./version.ts";

export const configurationSchema = {
  description: "Reads machine images and other artifacts from a Waybill registry.",
  attributes: {
    address: {
      type: types.string,
      optional: true,
      description: "Where the registry is. Default: `WAYBILL_ADDRESS`, then `http://127.0.0.1:8421`.",
    },
    token: {
      type: types.string,
      optional: true,
      sensitive: true,
      description:
        "Token (`wbl_...`). Data sources need `read`; each resource says what it needs. Default: `WAYBILL_TOKEN`; in a CI job, its identity in `WAYBILL_OIDC_TOKEN` is exchanged for one.",
    },
    namespace: {
      type: types.string,
      optional: true,
      description: "Namespace of artifacts that are named without one. Default: `WAYBILL_NAMESPACE`.",
    },
    ca_file: {
      type: types.string,
      optional: true,
      description:
        "PEM file with the certificate authority that signed the registry's certificate, where it is not a public one. Default: `WAYBILL_CA_FILE`.",
    },
    timeout: {
      type: types.string,
      optional: true,
      description:
        "How long one request may take with all its retries, such as `500ms`, `30s` or `2m`. Default: `WAYBILL_TIMEOUT`, then `30s`.",
    },
    consumer: {
      type: types.string,
      optional: true,
      description:
        "The name under which the registry remembers who reads. Default: `WAYBILL_CONSUMER`, then the Terraform Cloud workspace, then the CI job.",
    },
    on_revoked: {
      type: types.string,
      optional: true,
      validators: [oneOf(...ON_REVOKED)],
      description:
        "What data sources do about a revoked version unless they say so themselves: `error`, `warn` (read it, with a warning) or `previous` (read the newest earlier one that is not revoked; where there is none, as `warn`). With `warn` or `previous` no revocation stands in the way of a destroy. Default: `WAYBILL_ON_REVOKED`, then `error`.",
    },
  },
} as const;

type ConfigurationSchema = typeof configurationSchema;

/** Reports the arguments that cannot be used. The environment is not looked at: validation is not for one machine only. */
export function validateConfiguration(
  config: PartialConfig<ConfigurationSchema>,
  diagnostics: Diagnostics,
): void {
  for (const [key, value] of Object.entries(config)) {
    if (key === "on_revoked" || typeof value !== "string") continue;
    try {
      readSettings({ [key]: value }, {});
    } catch (error) {
      const { summary, detail, path } = asDiagnostic(error, true);
      diagnostics.error(summary, detail, path);
    }
  }
}

/**
 * Settles how the registry is reached. Nobody is asked before the first read.
 *
 * @throws {DiagnosticError} naming the argument or variable that cannot be used
 */
export function configure(
  { on_revoked, ...written }: Config<ConfigurationSchema>,
  logger: Logger,
  env: NodeJS.ProcessEnv = process.env,
): Registry {
  const given = Object.entries(written).map(([key, value]) => [key, value ?? undefined]);
  const args: Partial<Record<SettingKey, string | undefined>> = Object.fromEntries(given);
  let settings: Settings;
  let onRevoked: OnRevoked | undefined;
  try {
    settings = readSettings(args, env);
    onRevoked = readOnRevoked(on_revoked ?? undefined, env);
  } catch (error) {
    throw asDiagnostic(error, error instanceof SettingsError && Boolean(args[error.key as SettingKey]));
  }
  let connected: Promise<RegistryClient> | undefined;
  const client = () => {
    connected ??= connect(settings, logger, env);
    return connected;
  };
  return new Registry({ settings, onRevoked, resolver: new Resolver(client) }, client);
}

/** Loads the client when there is a first request to send. */
async function connect(settings: Settings, logger: Logger, env: NodeJS.ProcessEnv): Promise<RegistryClient> {
  const client = await import("@waybill/registry-client/client");
  const userAgent = `waybill-provider/${VERSION}`;
  return new client.RegistryClient(settings, { userAgent, env, log: (message) => logger.info(message) });
}

/** Turns an unusable setting into a diagnostic, at the argument when that is where it came from. */
function asDiagnostic(error: unknown, isArgument: boolean): DiagnosticError {
  if (!(error instanceof SettingsError)) throw error;
  return new DiagnosticError(`Invalid ${error.key}`, `${error.message}.`, isArgument ? [error.key] : []);
}
