import {
  importName,
  isLine,
  isMoment,
  isSameMoment,
  lasting,
  nameArgument,
  text,
  timeouts,
  withoutNulls,
} from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { State } from "../framework/schema.ts";
import type { Validator } from "../framework/validators.ts";
import { notEmpty } from "../framework/validators.ts";
import { isEqual } from "../framework/values/equality.ts";
import { types } from "../framework/values/types.ts";
import type { Registry } from "../registry.ts";
import { inAnyOrder, scopes, toScopes } from "../scopes.ts";

const isSecret: Validator = (value) =>
  /^wbl_[A-Za-z0-9_-]{43}$/.test(String(value))
    ? undefined
    : 'must be wbl_ and 43 letters, digits, "-" or "_", as random as 256 bits';

const schema = {
  description:
    "A token of the registry. Its secret is given as `secret_wo`, which is in no state and no plan, so whoever makes it can hand it on: to a vault, or to the secrets of a CI system. For a token that only this run needs, use the ephemeral resource. Needs a token with `admin` on all that it may do. One that was revoked elsewhere is made again by the next apply: if its secret leaked, change that first.",
  // Before 1 the secret was called as what it is, without the ending that says that it is only written.
  version: 1,
  attributes: {
    name: nameArgument("a token", "What events call its holder."),
    secret_wo: {
      type: types.string,
      optional: true,
      writeOnly: true,
      sensitive: true,
      validators: [isSecret],
      description:
        "The token itself: `wbl_` and 43 random letters, digits, `-` or `_`. Required when it is made.",
    },
    secret_wo_version: {
      type: types.number,
      optional: true,
      requiresReplace: "ifSet",
      description:
        "Another number makes the token anew, with `secret_wo` as it is then; the first stands for what is there.",
    },
    description: {
      type: types.string,
      optional: true,
      requiresReplace: true,
      validators: [notEmpty, isLine],
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
  timeouts,
  meansSame: (name, before, after) =>
    (name === "expires_at" && isSameMoment(before, after)) ||
    (name === "scopes" && isEqual(before, after, inAnyOrder)),
  upgrades: {
    0: ({ secret: _, secret_version: secret_wo_version, ...state }) => ({ ...state, secret_wo_version }),
  },

  plan({ prior, config }) {
    if (prior !== null || config.secret_wo !== null) return;
    throw new DiagnosticError(
      "Missing secret_wo",
      "A new token needs a secret: nobody could be told one that the registry makes.",
      ["secret_wo"],
    );
  },

  async create(config, context) {
    const { name, secret_wo: secret, description, expires_at } = config;
    const body = {
      name,
      scopes: toScopes(config.scopes),
      ...withoutNulls({
        token: secret,
        description,
        expires_at: expires_at && new Date(expires_at).toISOString(),
      }),
    };
    const made = await context.client.ask(context, config, (registry, call) =>
      registry.tokens.create(body, call),
    );
    return { id: made.name, created_at: made.created_at };
  },

  // Nothing of a token changes but what stands for its secret.
  update: async (_config, { id, created_at }) => ({ id, created_at }),

  async read(state, context) {
    const found = await context.client.find(context, known(state), (registry, call) =>
      registry.tokens.get(String(state.id), call),
    );
    // No token has this name: whoever asks for it is shown the token that asks.
    if (!found || state.id === "self") return undefined;
    const { expires_at } = state;
    return {
      name: found.name,
      secret_wo: null,
      secret_wo_version: state.secret_wo_version,
      description: found.description,
      scopes: found.scopes,
      expires_at: isSameMoment(expires_at, found.expires_at) ? expires_at : found.expires_at,
      id: found.name,
      created_at: found.created_at,
    };
  },

  async delete(state, context) {
    await context.client.find(context, known(state), (registry, call) =>
      registry.tokens.revoke(String(state.id), call),
    );
  },

  import: (id) => importName(id, "a token"),
});

/** What is shown of it where it cannot be reached: never its secret. */
function known({ name, scopes: held }: State<typeof schema>) {
  return { name, scopes: held };
}
