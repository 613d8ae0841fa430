import {
  type ProviderDefinition,
  StringKind,
  type FunctionMessage as WireFunction,
} from "../../generated/terraform/tfplugin6.ts";
import type { Logger } from "../../plugin/logger.ts";
import type { Handlers, Partially } from "../../plugin/methods.ts";
import { DISAGREEMENT } from "../answering.ts";
import { ArgumentError, type FunctionDefinition, type Parameter } from "../function.ts";
import { mapValues, readValue, type Session } from "../session.ts";
import { encode } from "../values/encode.ts";
import { typeToJson } from "../values/types.ts";
import { isWhollyKnown, Unknown, ValueError } from "../values/values.ts";

type Calls = Pick<Handlers<typeof ProviderDefinition>, "getFunctions" | "callFunction">;

/** Writes a function as the protocol carries it. */
export function functionToWire(definition: FunctionDefinition): Partially<WireFunction> {
  const { summary, description, deprecated, parameters, variadic, returns } = definition;
  return {
    summary,
    description,
    descriptionKind: StringKind.MARKDOWN,
    deprecationMessage: deprecated,
    parameters: parameters.map(parameterToWire),
    variadicParameter: variadic && parameterToWire(variadic),
    return: { type: typeToJson(returns) },
  };
}

function parameterToWire({ name, type, description, nullable }: Parameter) {
  return {
    name,
    type: typeToJson(type),
    description,
    descriptionKind: StringKind.MARKDOWN,
    allowNullValue: nullable === true,
  };
}

/** Answers the calls about functions, which need no configured provider. */
export function functionCalls<Client>(
  { provider: { functions = {} } }: Session<Client>,
  logger: Logger,
): Calls {
  return {
    getFunctions: () => ({ functions: mapValues(functions, functionToWire) }),
    callFunction({ name, arguments: given }) {
      const definition = Object.hasOwn(functions, name) ? functions[name] : undefined;
      if (!definition) return { error: { text: `This provider has no function ${name}.` } };
      const { parameters, variadic, returns } = definition;
      try {
        const values = given.map((argument, index) => {
          const parameter = parameters[index] ?? variadic;
          // OpenTofu sends nothing for null.
          const isNull = argument.msgpack.length === 0 && argument.json.length === 0;
          const value = parameter && (isNull ? null : readValue(parameter.type, argument));
          if (parameter && value === null && !parameter.nullable)
            throw new ValueError(`${parameter.name} is null`, []);
          return value;
        });
        if (values.length < parameters.length || values.includes(undefined)) {
          const count = `${parameters.length}${variadic ? " or more" : ""}`;
          throw new ValueError(`it takes ${count} arguments`, []);
        }
        // Terraform keeps unknown values to itself, unless one is only within an argument.
        const isKnown = values.every((value) => isWhollyKnown(value ?? null));
        const result = isKnown ? definition.call(...(values as never[])) : new Unknown();
        return { result: { msgpack: encode(returns, result as never) } };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (error instanceof ArgumentError) {
          // Terraform writes a full stop after it.
          return {
            error: { text: message.replace(/\.$/, ""), functionArgument: BigInt(error.argument) },
          };
        }
        if (error instanceof ValueError) {
          return { error: { text: `A value cannot be used: ${message}. ${DISAGREEMENT}` } };
        }
        logger.error(`CallFunction ${name} failed`, { error });
        return { error: { text: `This is a fault of the provider, which please report: ${message}.` } };
      }
    },
  };
}
