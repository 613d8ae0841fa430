import { parseReference, ReferenceError_ } from "@waybill/registry-client/reference";
import { sentence } from "../failures.ts";
import { ArgumentError, defineFunction } from "../framework/function.ts";
import { types } from "../framework/values/types.ts";

/** `provider::waybill::parse_reference` */
export const parseReferenceFunction = defineFunction({
  summary: "Takes the name of an artifact apart.",
  description: "Takes `namespace/artifact` apart, and fails when it is no name that an artifact can have.",
  parameters: [{ name: "reference", type: types.string, description: "`namespace/artifact`." }],
  returns: types.object({ namespace: types.string, artifact: types.string }),
  call(reference) {
    try {
      const { namespace, artifact } = parseReference(reference);
      return { namespace, artifact };
    } catch (error) {
      if (!(error instanceof ReferenceError_)) throw error;
      // A function knows no provider that could have a namespace.
      const advice = reference.includes("/")
        ? error.message
        : `${JSON.stringify(reference)} has no namespace; write namespace/artifact`;
      throw new ArgumentError(0, sentence(advice));
    }
  },
});
