import fc from "fast-check";
import { type Schema, typeOfSchema } from "../../src/framework/schema.ts";
import { encode } from "../../src/framework/values/encode.ts";
import type { Value } from "../../src/framework/values/values.ts";
import { ProviderDefinition } from "../../src/generated/terraform/tfplugin6.ts";
import { waybill } from "../../src/waybill.ts";
import { anyValueOf } from "../harness/arbitrary-values.ts";

type MethodName = keyof typeof ProviderDefinition.methods;
type Change = (valid: Buffer) => Buffer;

/** One call of the protocol as Terraform makes it. */
export type Call = {
  readonly path: string;
  /** Its message, in which one value (msgpack, or JSON where the protocol has that) was changed. */
  message(change?: Change): Buffer;
  /** What that value is written in; undefined where the message has none that the provider reads. */
  readonly value: "msgpack" | "json" | undefined;
};

const VALUES_EACH = 40;

/** Every call that the provider answers, about everything that it offers, with values of every shape. */
export function allCalls(seed: number): Call[] {
  const plain = (["getMetadata", "getProviderSchema", "getFunctions", "stopProvider"] as const).map(
    (method) => call(method, undefined, () => ({})),
  );
  const ofProvider = valuesOf(waybill, seed).flatMap((config) => [
    call("validateProviderConfig", "msgpack", (change) => ({ config: { msgpack: change(config) } })),
    // Only with values that are changed: otherwise the provider would be configured with anything.
    call("configureProvider", "msgpack", (change) => ({ config: { msgpack: change(config) } })),
  ]);
  return [
    ...plain,
    ...ofProvider,
    ...each(waybill.dataSources, seed, (typeName, value) => [
      call("validateDataResourceConfig", "msgpack", (change) => ({
        typeName,
        config: { msgpack: change(value) },
      })),
      call("readDataSource", "msgpack", (change) => ({ typeName, config: { msgpack: change(value) } })),
    ]),
    ...each(waybill.resources, seed, resourceCalls),
    ...each(waybill.ephemeralResources, seed, (typeName, value) => [
      call("validateEphemeralResourceConfig", "msgpack", (change) => ({
        typeName,
        config: { msgpack: change(value) },
      })),
      call("openEphemeralResource", "msgpack", (change) => ({
        typeName,
        config: { msgpack: change(value) },
      })),
      // Nothing here is renewed, so nobody looks at what is held.
      call("renewEphemeralResource", undefined, () => ({ typeName })),
      call("closeEphemeralResource", "json", (change) => ({
        typeName,
        private: change(Buffer.from('{"id":"a"}')),
      })),
    ]),
    ...Object.entries(waybill.functions ?? {}).map(([name, { parameters }]) =>
      call("callFunction", "msgpack", (change) => ({
        name,
        arguments: parameters.map(({ type }, index) => {
          const argument = encode(type, "1.4.0");
          return { msgpack: index === 0 ? change(argument) : argument };
        }),
      })),
    ),
  ];
}

function resourceCalls(typeName: string, value: Buffer, json: Buffer): Call[] {
  const dynamic = { msgpack: value };
  return [
    call("validateResourceConfig", "msgpack", (change) => ({ typeName, config: { msgpack: change(value) } })),
    call("readResource", "msgpack", (change) => ({ typeName, currentState: { msgpack: change(value) } })),
    call("planResourceChange", "msgpack", (change) => ({
      typeName,
      priorState: dynamic,
      proposedNewState: { msgpack: change(value) },
      config: dynamic,
    })),
    call("applyResourceChange", "msgpack", (change) => ({
      typeName,
      priorState: dynamic,
      plannedState: { msgpack: change(value) },
      config: dynamic,
    })),
    call("upgradeResourceState", "json", (change) => ({ typeName, rawState: { json: change(json) } })),
    call("moveResourceState", "json", (change) => ({
      sourceProviderAddress: "registry.terraform.io/hashicorp/null",
      sourceTypeName: "null_resource",
      targetTypeName: typeName,
      sourceState: { json: change(json) },
    })),
    call("importResourceState", undefined, () => ({ typeName, id: "hashicorp/web" })),
  ];
}

function call(method: MethodName, value: Call["value"], make: (change: Change) => object): Call {
  const { name, requestType } = ProviderDefinition.methods[method];
  return {
    path: `/${ProviderDefinition.fullName}/${name}`,
    value,
    message: (change = (valid) => valid) =>
      Buffer.from(requestType.encode(requestType.fromPartial(make(change)) as never).finish()),
  };
}

function each(
  offered: { readonly [typeName: string]: { readonly schema: Schema } } = {},
  seed: number,
  make: (typeName: string, value: Buffer, json: Buffer) => Call[],
): Call[] {
  const state = Buffer.from(JSON.stringify({ id: "a", name: "web", labels: { os: "linux" } }));
  return Object.entries(offered).flatMap(([typeName, one]) =>
    valuesOf(one, seed).flatMap((value) => make(typeName, value, state)),
  );
}

/** Objects of a schema, as msgpack: never null, since some calls look no further then. */
function valuesOf({ schema }: { readonly schema: Schema }, seed: number): Buffer[] {
  const type = typeOfSchema(schema);
  const attributes = Object.entries(type.attributes).map(([name, of]) =>
    anyValueOf(of).map((value): [string, Value] => [name, value]),
  );
  const objects = fc.tuple(...attributes).map((entries) => encode(type, Object.fromEntries(entries)));
  return fc.sample(objects, { numRuns: VALUES_EACH, seed });
}
