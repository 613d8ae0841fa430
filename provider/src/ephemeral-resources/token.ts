import { randomBytes } from "node:crypto";
import type { RegistryError } from "@waybill/registry-client/problem";
import { text } from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { ephemeralResource } from "../framework/ephemeral.ts";
import { durationMs } from "../framework/timeouts.ts";
import type { Validator } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Context, Registry } from "../registry.ts";
import { scopes, toScopes } from "../scopes.ts";

const defaultTtl = "1h";
const longestMs = 24 * 3_600_000;
/** For how long a token is revoked whose making failed, before that is told. */
const revokingMs = 5_000;

const isTtl: Validator = (value) => {
  const ms = durationMs(String(value));
  return ms >= 1_000 && ms <= longestMs
    ? undefined
    : "must be a duration between 1s and 24h, such as 15m or 1h";
};

const schema = {
  description:
    "A token that is there while Terraform runs, for another provider or a provisioner; it is revoked at the end, and in no state and no plan. Needs a token with `admin` on all that it may do.",
  attributes: {
    scopes,
    ttl: {
      type: types.string,
      optional: true,
      validators: [isTtl],
      description: `How long it holds at most, should it not be revoked, as when Terraform is killed. Default: \`${defaultTtl}\`.`,
    },
    name: text("What events call its holder."),
    token: { ...text("The token itself."), sensitive: true },
    expires_at: text("When it ends by itself."),
  },
} as const;

/** `ephemeral "waybill_token"` */
export const token = ephemeralResource<typeof schema, Registry>({
  schema,

  async open(config, context) {
    const name = `terraform-${randomBytes(6).toString("hex")}`;
    const expires_at = new Date(Date.now() + durationMs(config.ttl ?? defaultTtl)).toISOString();
    const body = {
      name,
      scopes: toScopes(config.scopes),
      description: "Made for one run of Terraform",
      expires_at,
    };
    const made = await context.client
      .ask(context, config, (registry, call) => registry.tokens.create(body, call))
      .catch(async (error: unknown) => {
        // Where the answer was lost, it may be there, and nobody could use it or would revoke it.
        const { kind } = ((error as Error).cause ?? {}) as Partial<RegistryError>;
        if (kind !== "refused")
          await revoke(name, { ...context, signal: AbortSignal.timeout(revokingMs) }).catch(() => undefined);
        throw error;
      });
    return { result: { name, token: made.token, expires_at: made.expires_at }, private: { name } };
  },

  async close({ name }, context) {
    if (typeof name !== "string")
      throw new DiagnosticError("Token not revoked", "Its name was lost; it expires by itself.");
    await revoke(name, context);
  },
});

function revoke(name: string, context: Context): Promise<void> {
  return context.client.find(context, {}, (registry, call) => registry.tokens.revoke(name, call));
}
