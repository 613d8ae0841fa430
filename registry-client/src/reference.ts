/** `namespace/artifact`, taken apart. */
export type Reference = { namespace: string; artifact: string; toString(): string };

/** Text that was meant to name an artifact and does not. */
export class ReferenceError_ extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ReferenceError_";
  }
}

export const nameRule =
  "a name has 1 to 63 of the characters a-z, 0-9, '.', '_' and '-', and starts with a letter or digit";

/** Whether a text may name a namespace, an artifact or a channel. */
export function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(text);
}

/**
 * Reads `hashicorp/web`, or `web` when a default namespace is known.
 *
 * @throws {ReferenceError_} saying which part is wrong and what is accepted
 */
export function parseReference(text: string, defaultNamespace?: string): Reference {
  const parts = text.split("/");
  const [namespace, artifact] = parts.length === 1 ? [defaultNamespace, parts[0]] : parts;
  const shown = JSON.stringify(text);
  if (parts.length > 2 || artifact === undefined) {
    throw new ReferenceError_(
      `${shown} does not name an artifact; write namespace/artifact, such as hashicorp/web`,
    );
  }
  if (namespace === undefined) {
    throw new ReferenceError_(
      `${shown} has no namespace; write namespace/artifact, such as hashicorp/web, or set namespace (WAYBILL_NAMESPACE)`,
    );
  }
  if (!isName(namespace)) throw new ReferenceError_(`the namespace in ${shown} cannot be used: ${nameRule}`);
  if (!isName(artifact)) throw new ReferenceError_(`the artifact in ${shown} cannot be used: ${nameRule}`);
  return { namespace, artifact, toString: () => `${namespace}/${artifact}` };
}
