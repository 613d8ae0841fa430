import { SettingsError } from "./settings.ts";
import type { ResolveQuery } from "./types.ts";

export type OnRevoked = NonNullable<ResolveQuery["on_revoked"]>;

/** What a reader may want when a version is revoked. */
export const ON_REVOKED = ["error", "warn", "previous"] as const satisfies readonly OnRevoked[];

/**
 * What happens with revoked versions: as given, else as `WAYBILL_ON_REVOKED` says; nothing leaves it to the registry.
 *
 * @throws {SettingsError} when it is something else
 */
export function readOnRevoked(given: string | undefined, env: NodeJS.ProcessEnv): OnRevoked | undefined {
  const text = given || env.WAYBILL_ON_REVOKED;
  if (!text) return undefined;
  const known = ON_REVOKED.find((word) => word === text);
  if (known) return known;
  const source = given ? "on_revoked" : "WAYBILL_ON_REVOKED";
  const accepted = ON_REVOKED.map((word) => JSON.stringify(word)).join(", ");
  throw new SettingsError("on_revoked", `${source} must be one of ${accepted}, not ${JSON.stringify(text)}`);
}

const TEXTS = ["channel", "constraint", "fingerprint", "type", "platform", "region", "build"] as const;

/** A query as people write it in options: an empty text is none, and so is the version `latest`. */
export type ResolveOptions = Partial<Record<(typeof TEXTS)[number] | "on_revoked", string | undefined>> & {
  artifact: string;
  version?: string | number | undefined;
  labels?: Record<string, string> | undefined;
};

/**
 * Makes the query of options that somebody wrote; other options beside them are left out.
 *
 * @throws {SettingsError} for an `on_revoked` that is none
 */
export function resolveQuery(options: ResolveOptions, env: NodeJS.ProcessEnv): ResolveQuery {
  const { artifact, version, labels, on_revoked } = options;
  const texts = TEXTS.map((name) => [name, options[name]]).filter(([, text]) => text);
  const onRevoked = readOnRevoked(on_revoked, env);
  return {
    artifact,
    ...Object.fromEntries(texts),
    ...(version && version !== "latest" && { version: Number(version) }),
    ...(labels && { labels }),
    ...(onRevoked && { on_revoked: onRevoked }),
  };
}
