import type { Namespace } from "@waybill/registry-client/types";
import { importName, isLine, lasting, nameArgument, text, timeouts } from "../attributes.ts";
import { resource } from "../framework/resource.ts";
import type { Config } from "../framework/schema.ts";
import { notEmpty, wholeNumber } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Context, Registry } from "../registry.ts";

const schema = {
  description:
    "What holds for all artifacts of a namespace. Publishing makes a namespace by itself; one that is there already becomes what is written here. A namespace is never deleted: destroying it takes back what was set here, and leaves its artifacts alone. Needs a token with `admin` on the namespace.",
  attributes: {
    name: nameArgument("a namespace", "Name of the namespace, such as `hashicorp`."),
    description: {
      type: types.string,
      optional: true,
      validators: [notEmpty, isLine],
      description: "Whose it is.",
    },
    anonymous_read: {
      type: types.bool,
      optional: true,
      computed: true,
      default: false,
      description:
        "Whether everybody who reaches the registry may read its artifacts, without a token. Default: `false`.",
    },
    quota_bytes: {
      type: types.number,
      optional: true,
      validators: [wholeNumber(0, Number.MAX_SAFE_INTEGER)],
      description:
        "How many bytes its files may have; as many as there is room for, when this is left out. Needs a token with `admin` on everything.",
    },
    id: { ...text("The name."), ...lasting },
    created_at: { ...text("When it was made."), ...lasting },
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_namespace"` */
export const namespace = resource<Schema, Registry>({
  schema,
  timeouts,
  takesOver: true,

  async create(config, context) {
    const present = await find(config.name, config, context);
    return result(config, await put(config, present?.quota_bytes ?? null, context));
  },

  async read(state, context) {
    const found = await find(String(state.id), state, context);
    if (!found) return undefined;
    const { description, anonymous_read, quota_bytes, created_at } = found;
    return {
      name: found.namespace,
      description,
      anonymous_read,
      quota_bytes,
      id: found.namespace,
      created_at,
    };
  },

  async update(config, prior, context) {
    return result(config, await put(config, numberOf(prior.quota_bytes), context));
  },

  async delete(state, context) {
    const plain = {
      ...state,
      name: String(state.id),
      description: null,
      anonymous_read: false,
      quota_bytes: null,
    };
    await put(plain, numberOf(state.quota_bytes), context);
  },

  import: (id) => importName(id, "a namespace"),
});

/** The quota is sent only when it is another one: to set it needs more than the rest does. */
async function put(config: Config<Schema>, quota: number | null, context: Context): Promise<Namespace> {
  const { name, description, anonymous_read } = config;
  const wanted = numberOf(config.quota_bytes);
  const body = {
    description,
    anonymous_read: anonymous_read ?? false,
    ...(wanted === quota ? {} : { quota_bytes: wanted }),
  };
  return context.client.ask(context, { ...config }, (registry, call) =>
    registry.namespaces.put(name, body, call),
  );
}

function find(name: string, config: object, context: Context): Promise<Namespace | undefined> {
  return context.client.find(context, { ...config }, (registry, call) => registry.namespaces.get(name, call));
}

function numberOf(value: Config<Schema>["quota_bytes"]): number | null {
  return value === null ? null : Number(value);
}

function result({ anonymous_read }: Config<Schema>, { namespace: id, created_at }: Namespace) {
  return { anonymous_read, id, created_at };
}
