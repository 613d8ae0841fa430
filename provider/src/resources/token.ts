import { isMoment, isName, lasting, text, withoutNulls } from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { Validator } from "../framework/validators.ts";
import { notEmpty } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Registry } from "../registry.ts";
import { scopes, toScopes } from "../scopes.ts";

const isSecret: Validator = (value) =>
  /^wbl_[A-Za-z0-9_-]{43}$/.test(String(value))
    ? undefined
    : 'must be wbl_ and 43 letters, digits, "-" or "_", as random as 256 bits';

const schema = {
  description:
    "A token of the registry. Its secret is given as `secret`, which is in no state and no plan, so whoever makes it can hand it on: to a vault, or to the secrets of a CI system. For a token that only this run needs, use the ephemeral resource.",
  attributes: {
    name: {
      type: types.string,
      required: true,
      requiresReplace: true,
      validators: [notEmpty, isName("a token")],
      description: "What events call its holder.",
    },
    secret: {
      type: types.string,
      optional: true,
      writeOnly: true,
      sensitive: true,
      validators: [isSecret],
      description:
        "The token itself: `wbl_` and 43 random letters, digits, `-` or `_`. Required when it is made.",
    },
    secret_version: {
      type: types.number,
      optional: true,
      requiresReplace: true,
      description: "Another number makes the token anew, with the secret as it is then.",
    },
    description: {
      type: types.string,
      optional: true,
      requiresReplace: true,
      validators: [notEmpty],
      description: "What it is for.",
    },
    scopes: { ...scopes, requiresReplace: true },
    expires_at: {
      type: types.string,
      optional: true,
      requiresReplace: true,
      validators: [notEmpty, isMoment],
      description: "Until when it holds, such as `2026-12-31T18:00:00Z`. Without it, until it is destroyed.",
    },
    id: { ...text("The name."), ...lasting },
    created_at: { ...text("When it was made."), ...lasting },
  },
} as const;

/** `resource "waybill_token"` */
export const token = resource<typeof schema, Registry>({
  schema,

  async create(config, context) {
    const { name, secret, description, expires_at } = config;
    if (secret === null) {
      throw new DiagnosticError(
        "Missing secret",
        "A new token needs a secret: nobody could be told one that the registry makes.",
        ["secret"],
      );
    }
    const body = {
      name,
      scopes: toScopes(config.scopes),
      ...withoutNulls({
        token: secret,
        description,
        expires_at: expires_at && new Date(expires_at).toISOString(),
      }),
    };
    const made = await context.client.ask(context, { name, scopes: config.scopes }, (registry, call) =>
      registry.tokens.create(body, call),
    );
    return { id: made.name, created_at: made.created_at };
  },

  async read(state, context) {
    const found = await context.client.find(context, { name: state.name }, (registry, call) =>
      registry.tokens.get(String(state.id), call),
    );
    if (!found) return undefined;
    const { expires_at } = state;
    const isSame = expires_at && found.expires_at && Date.parse(expires_at) === Date.parse(found.expires_at);
    return {
      name: found.name,
      secret: null,
      secret_version: state.secret_version,
      description: found.description,
      scopes: found.scopes,
      expires_at: isSame ? expires_at : found.expires_at,
      id: found.name,
      created_at: found.created_at,
    };
  },

  async delete(state, context) {
    await context.client.find(context, { name: state.name }, (registry, call) =>
      registry.tokens.revoke(String(state.id), call),
    );
  },

  import: (id) => ({ id, name: id }),
});
