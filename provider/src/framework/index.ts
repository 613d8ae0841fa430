/** What the author of a provider needs. */
export { DiagnosticError, type Diagnostics } from "./diagnostics.ts";
export { ephemeralResource } from "./ephemeral.ts";
export { ArgumentError, defineFunction } from "./function.ts";
export { type Context, dataSource, provider, type ReadContext } from "./provider.ts";
export { resource } from "./resource.ts";
export type { Attribute, Attributes, Config, PartialConfig, Result, Schema, State } from "./schema.ts";
export { serve } from "./serve.ts";
export {
  allOrNoneOf,
  atLeastOne,
  atLeastOneOf,
  atMostOneOf,
  each,
  matching,
  noNulls,
  notEmpty,
  oneOf,
  sized,
  type Validator,
  wholeNumber,
} from "./validators.ts";
export { types } from "./values/types.ts";
export { Dynamic, type Path, Unknown, type Value } from "./values/values.ts";
