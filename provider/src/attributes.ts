/** Attributes that several data sources and resources have, and the checks of what is written in them. */
import {
  isName as isRegistryName,
  parseReference,
  ReferenceError_,
} from "@waybill/registry-client/reference";
import { sentence } from "./failures.ts";
import { DiagnosticError } from "./framework/diagnostics.ts";
import { notEmpty, type Validator } from "./framework/validators.ts";
import { types } from "./framework/values/types.ts";
import type { Registry } from "./registry.ts";

const nameRule = `1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit`;

/** Accepts names as the registry has them; `what` is "a channel", "a namespace" ... */
export const isName =
  (what: string): Validator =>
  (value) =>
    isRegistryName(String(value)) ? undefined : `must be the name of ${what}: ${nameRule}`;

export const isChannel = isName("a channel");

/** Accepts the channels that can be made and moved. */
export const isOwnChannel: Validator = (value) =>
  value === "latest" ? "must not be latest, which the registry keeps by itself" : isChannel(value);

export const isFingerprint: Validator = (value) =>
  /^[A-Za-z0-9][A-Za-z0-9._:@+=~-]{0,127}$/.test(String(value))
    ? undefined
    : "must be 1 to 128 of letters, digits and ._:@+=~-, starting with a letter or digit";

export const isVersionNumber: Validator = (value) =>
  /^[1-9]\d{0,8}$/.test(String(value)) ? undefined : "must be the number of a version, such as 7";

/** Where a scope or a webhook holds. */
export const isPattern: Validator = (value) =>
  /^([a-z0-9][a-z0-9._-]{0,62}\/)?(\*|[a-z0-9][a-z0-9._-]{0,62}\*?)$/.test(String(value))
    ? undefined
    : 'must be "*", a namespace ("team", "team-*") or artifacts ("team/web", "team/web-*", "team/*")';

export const isMoment: Validator = (value) => {
  const [, day] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(String(value)) ?? [];
  const isTime = day !== undefined && !Number.isNaN(Date.parse(String(value)));
  // JavaScript takes the 30th of February for the 2nd of March.
  return isTime && new Date(day).toISOString().startsWith(day)
    ? undefined
    : "must be a time with its zone, such as 2026-12-31T18:00:00Z";
};

/** Whether two texts are one moment, whatever their zones and digits. */
export function isSameMoment(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && Date.parse(a) === Date.parse(b);
}

/** A text of one line, as the registry wants reasons and names for people. */
export const isLine: Validator = (value) => {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(String(value)))
    return "must be one line without control characters; chomp() takes the line break from the end of a heredoc";
  return String(value).length > 1_024 ? "must be at most 1024 characters" : undefined;
};

/** A text that the user may write. */
export const argument = (description: string, ...validators: Validator[]) =>
  ({ type: types.string, optional: true, description, validators: [notEmpty, ...validators] }) as const;

/** A text that the registry decides. */
export const text = (description: string) => ({ type: types.string, computed: true, description }) as const;

/** A number that the registry decides. */
export const number = (description: string) => ({ type: types.number, computed: true, description }) as const;

/** Texts by name that the registry decides. */
export const textMap = (description: string) =>
  ({ type: types.map(types.string), computed: true, description }) as const;

/** What never changes for as long as a resource lives, and is never null. */
export const lasting = { stable: true, notNull: true } as const;

/** How long operations on the registry may take; one request has the `timeout` of the provider. */
export const timeouts = { create: 300_000, read: 300_000, update: 300_000, delete: 300_000 };

/** The name that something has for as long as it lives; `what` is "a webhook" ... */
export const nameArgument = (what: string, description: string) =>
  ({
    type: types.string,
    required: true,
    requiresReplace: true,
    validators: [notEmpty, isName(what)],
    description,
  }) as const;

/** The artifact that something belongs to; of a resource, another one makes another resource. */
export const artifactArgument = {
  type: types.string,
  required: true,
  requiresReplace: true,
  validators: [notEmpty],
  description: "`namespace/artifact`, or only the artifact when the provider has a `namespace`.",
} as const;

/** An artifact may be written with and without the namespace of the provider; an import only knows the whole name. */
export function sameArtifact(
  attribute: string,
  before: unknown,
  after: unknown,
  { settings }: Registry,
): boolean {
  if (attribute !== "artifact" || typeof before !== "string" || typeof after !== "string") return false;
  const whole = (name: string) => artifactName(name, settings.namespace, attribute);
  return whole(before) === whole(after);
}

/**
 * How the state shows an artifact: as it was written, unless that means another one, or none, by now.
 *
 * @param whole its whole name
 */
export function asWritten(written: string | null, whole: string, { settings }: Registry): string {
  try {
    return written !== null && artifactName(written, settings.namespace, "artifact") === whole
      ? written
      : whole;
  } catch (error) {
    if (error instanceof DiagnosticError) return whole;
    throw error;
  }
}

/**
 * The whole name of an artifact.
 *
 * @param attribute where it was written
 * @throws {DiagnosticError} at that attribute
 */
export function artifactName(name: string, namespace: string | undefined, attribute: string): string {
  try {
    return parseReference(name, namespace).toString();
  } catch (error) {
    if (!(error instanceof ReferenceError_)) throw error;
    throw new DiagnosticError(`Invalid ${attribute}`, sentence(error.message), [attribute]);
  }
}

/** Checks a name at plan time; the namespace may come from the provider, which is not configured yet. */
export function checkArtifactName(name: unknown, attribute: string): void {
  if (typeof name === "string") artifactName(name, "namespace", attribute);
}

/** What was not written is not sent, so that the registry's own defaults apply. */
export function withoutNulls<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const given = Object.entries(fields).filter(([, value]) => value != null);
  return Object.fromEntries(given) as { [K in keyof T]?: NonNullable<T[K]> };
}

/**
 * The id of what belongs to an artifact. What was moved from another provider has none yet: buckets of HCP Packer have no
 * namespace, so that of the provider is theirs.
 *
 * @param names the attributes that follow the artifact in an id
 * @throws {DiagnosticError} without a namespace
 */
export function idOf(
  state: { readonly [name: string]: unknown },
  { client }: { readonly client: Registry },
  ...names: string[]
): string {
  if (state.id !== null) return String(state.id);
  return [client.artifact(String(state.artifact)), ...names.map((name) => state[name])].join("/");
}

/** The id of an import that is a name. @throws {DiagnosticError} when it is none */
export function importName(id: string, what: string): { id: string; name: string } {
  const wrong = isName(what)(id);
  if (wrong) throw new DiagnosticError("Invalid import id", `The id ${wrong}.`);
  return { id, name: id };
}

/** The id of an import that is that of a version. @throws {DiagnosticError} when it is none */
export function importVersion(id: string): { id: string; artifact: string; version: number } {
  const { artifact, version } = importId(id, "version");
  const wrong = isVersionNumber(version);
  if (wrong) throw new DiagnosticError("Invalid import id", `The last part of ${id} ${wrong}.`);
  return { id, artifact, version: Number(version) };
}

/**
 * Takes the id of an import apart: `namespace/artifact` and as many parts more as there are names.
 *
 * @throws {DiagnosticError} showing what it should look like
 */
export function importId<K extends string>(
  id: string,
  ...names: K[]
): { artifact: string } & Record<K, string> {
  const parts = id.split("/");
  if (parts.length !== names.length + 2 || !parts.every(isRegistryName)) {
    const form = ["namespace", "artifact", ...names].join("/");
    const sentence = `The id must be ${form}, each ${nameRule}, but is ${JSON.stringify(id)}.`;
    throw new DiagnosticError("Invalid import id", sentence);
  }
  const [namespace, name, ...rest] = parts;
  const named = Object.fromEntries(names.map((key, index) => [key, rest[index]]));
  return { artifact: `${namespace}/${name}`, ...named } as { artifact: string } & Record<K, string>;
}
