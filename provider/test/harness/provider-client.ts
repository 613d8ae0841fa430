import { decode, encode } from "@msgpack/msgpack";
import type { Attributes, Schema } from "../../src/framework/schema.ts";
import { waybill } from "../../src/waybill.ts";
import { type Message, PluginProcess, shipped } from "./plugin-process.ts";

type Values = Record<string, unknown>;

/** What a client says it can do, as Terraform 1.11 does. */
const capabilities = {
  client_capabilities: { deferral_allowed: false, write_only_attributes_allowed: true },
};

/** Drives a provider process through what Terraform does with resources: every call with whole objects of the schema. */
export class ProviderClient {
  readonly plugin: PluginProcess;
  #configured: Values = {};

  private constructor(plugin: PluginProcess) {
    this.plugin = plugin;
  }

  /** Starts it, configured by environment only; `command` is one of those that are shipped. */
  static async start(
    env: NodeJS.ProcessEnv,
    command: readonly string[] = shipped.script,
  ): Promise<ProviderClient> {
    const client = new ProviderClient(await PluginProcess.start(command, env));
    const { diagnostics } = await client.configure({});
    if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
    return client;
  }

  configure(values: Values): Promise<Message> {
    this.#configured = values;
    const config = whole(waybill.schema, values);
    return this.plugin.provider("ConfigureProvider", { terraform_version: "1.11.4", config });
  }

  readData(type_name: string, values: Values): Promise<Message> {
    const config = whole(waybill.dataSources?.[type_name]?.schema, values);
    return this.plugin.provider("ReadDataSource", { type_name, config });
  }

  validate(type_name: string, values: Values): Promise<Message> {
    const config = whole(schemaOf(type_name), values);
    return this.plugin.provider("ValidateResourceConfig", { type_name, config, ...capabilities });
  }

  /** Plans what was written; null where the resource goes. */
  plan(type_name: string, prior: Values | null, written: Values | null): Promise<Message> {
    const schema = schemaOf(type_name);
    return this.plugin.provider("PlanResourceChange", {
      type_name,
      prior_state: prior ? whole(schema, prior) : nothing,
      proposed_new_state: written ? whole(schema, propose(schema.attributes, prior, written)) : nothing,
      config: written ? whole(schema, written) : nothing,
      ...capabilities,
    });
  }

  /** Plans it, and applies what was planned; in a run of its own, unless it is said to be that of the one before. */
  async apply(
    type_name: string,
    prior: Values | null,
    written: Values | null,
    isSameRun = false,
  ): Promise<Message> {
    if (!isSameRun) await this.configure(this.#configured);
    const schema = schemaOf(type_name);
    const { planned_state, diagnostics } = await this.plan(type_name, prior, written);
    if (diagnostics.length > 0) return { diagnostics };
    const answer = await this.plugin.provider("ApplyResourceChange", {
      type_name,
      prior_state: prior ? whole(schema, prior) : nothing,
      planned_state,
      config: written ? whole(schema, written) : nothing,
    });
    return { ...answer, state: carried(answer.new_state) };
  }

  async read(type_name: string, state: Values): Promise<Message> {
    const current_state = whole(schemaOf(type_name), state);
    const answer = await this.plugin.provider("ReadResource", { type_name, current_state });
    return { ...answer, state: carried(answer.new_state) };
  }

  async import(type_name: string, id: string): Promise<Message> {
    const answer = await this.plugin.provider("ImportResourceState", { type_name, id });
    return { ...answer, states: answer.imported_resources.map(({ state }: Message) => carried(state)) };
  }

  stop(): Promise<void> {
    return this.plugin.kill();
  }
}

const nothing = { msgpack: encode(null) };

/** What a message carries; null also where it carries nothing. */
export function carried(message: Message): Message {
  return message?.msgpack?.length > 0 ? decode(message.msgpack) : null;
}

function schemaOf(typeName: string): Schema {
  const found = waybill.resources?.[typeName]?.schema;
  if (!found) throw new Error(`there is no resource ${typeName}`);
  return found;
}

function whole({ attributes }: Schema = { description: "", attributes: {} }, values: Values): Message {
  const nulls = Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
  return { msgpack: encode({ ...nulls, ...values }) };
}

/** What was written, nothing of what is only written, and what is there of the rest. */
function propose(attributes: Attributes, prior: Values | null, written: Values): Values {
  const entries = Object.entries(attributes).map(([name, { computed, writeOnly }]) => [
    name,
    writeOnly ? null : (written[name] ?? (computed ? (prior?.[name] ?? null) : null)),
  ]);
  return Object.fromEntries(entries);
}
