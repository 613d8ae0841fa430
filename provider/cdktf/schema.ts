import type { FunctionDefinition } from "../src/framework/function.ts";
import type { Provider } from "../src/framework/provider.ts";
import type { Attribute, Attributes, Schema } from "../src/framework/schema.ts";
import { mapValues } from "../src/framework/session.ts";
import { type Type, typeToJson } from "../src/framework/values/types.ts";

/**
 * Writes all that a provider offers as `terraform providers schema -json` would, without Terraform.
 *
 * @param source its source address, such as `registry.terraform.io/waybill/waybill`
 *
 * Source: "Providers Schema Representation" of Terraform's documentation, format version 1.0.
 */
export function describeProvider<S extends Schema, Client>(
  { schema, dataSources, resources, ephemeralResources, functions }: Provider<S, Client>,
  source: string,
): object {
  const described = (one: { readonly schema: Schema }) => describeSchema(one.schema);
  return {
    format_version: "1.0",
    provider_schemas: {
      [source]: {
        provider: describeSchema(schema),
        resource_schemas: mapValues(resources, described),
        data_source_schemas: mapValues(dataSources, described),
        ephemeral_resource_schemas: mapValues(ephemeralResources, described),
        functions: mapValues(functions, describeFunction),
      },
    },
  };
}

function describeSchema({ attributes, description, version = 0 }: Schema): object {
  return {
    version,
    block: { attributes: describeAttributes(attributes), description, description_kind: "markdown" },
  };
}

function describeAttributes(attributes: Attributes): object {
  return mapValues(attributes, ({ type, nested, description, ...attribute }: Attribute) => ({
    ...(nested
      ? { nested_type: { attributes: describeAttributes(nested.attributes), nesting_mode: nested.mode } }
      : { type: describeType(type) }),
    description,
    description_kind: "markdown",
    ...given({ required: attribute.required, optional: attribute.optional, computed: attribute.computed }),
    ...given({ sensitive: attribute.sensitive, write_only: attribute.writeOnly }),
    ...given({ deprecated: attribute.deprecated === undefined ? undefined : true }),
  }));
}

function describeFunction({ summary, description, parameters, returns }: FunctionDefinition): object {
  return {
    description,
    summary,
    return_type: describeType(returns),
    parameters: parameters.map(({ name, description, type, nullable }) => ({
      name,
      description,
      type: describeType(type),
      ...given({ is_nullable: nullable }),
    })),
  };
}

function describeType(type: Type): unknown {
  return JSON.parse(typeToJson(type).toString());
}

/** Terraform leaves out what is false. */
function given(flags: { readonly [name: string]: true | undefined }): object {
  return Object.fromEntries(Object.entries(flags).filter(([, flag]) => flag));
}
