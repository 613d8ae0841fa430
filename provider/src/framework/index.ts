/** What the author of a provider needs. */
export { DiagnosticError } from "./diagnostics.ts";
export { ephemeralResource } from "./ephemeral.ts";
export { ArgumentError, defineFunction } from "./function.ts";
export { dataSource, provider } from "./provider.ts";
export { resource } from "./resource.ts";
export { serve } from "./serve.ts";
export { atMostOneOf, each, notEmpty, oneOf, wholeNumber } from "./validators.ts";
export { types } from "./values/types.ts";
export { Unknown } from "./values/values.ts";
