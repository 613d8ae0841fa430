import {
  type ProviderDefinition,
  StringKind,
  type FunctionMessage as WireFunction,
} from "../../generated/terraform/tfplugin6.ts";
import type { Logger } from "../../plugin/logger.ts";
import type { Handlers, Partially } from "../../plugin/methods.ts";
import { DISAGREEMENT } from "../answering.ts";
import { ArgumentError, type FunctionDefinition } from "../function.ts";
import { mapValues, readValue, type Session } from "../session.ts";
import { encode } from "../values/encode.ts";
import { typeToJson } from "../values/types.ts";
import { Unknown, ValueError } from "../values/values.ts";

type Calls = Pick<Handlers<typeof ProviderDefinition>, "getFunctions" | "callFunction">;

/** Writes a function as the protocol carries it. */
export function functionToWire({
  summary,
  description,
  parameters,
  returns,
}: FunctionDefinition): Partially<WireFunction> {
  return {
    summary,
    description,
    descriptionKind: StringKind.MARKDOWN,
    parameters: parameters.map(({ name, type, description: text, nullable }) => ({
      name,
      type: typeToJson(type),
      description: text,
      descriptionKind: StringKind.MARKDOWN,
      allowNullValue: nullable === true,
    })),
    return: { type: typeToJson(returns) },
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
      const { parameters, returns, call } = definition;
      try {
        if (given.length !== parameters.length)
          throw new ValueError(`it takes ${parameters.length} arguments`, []);
        const values = parameters.map(({ type }, index) => readValue(type, given[index]));
        // Terraform keeps unknown values to itself, unless one is only within an argument.
        const result = values.some((value) => value instanceof Unknown)
          ? new Unknown()
          : call(...(values as never[]));
        return { result: { msgpack: encode(returns, result as never) } };
      } catch (error) {
        const { message } = error as Error;
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
