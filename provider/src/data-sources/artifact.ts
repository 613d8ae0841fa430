import { RegistryError } from "@waybill/registry-client/problem";
import type { OnRevoked } from "@waybill/registry-client/query";
import type { Resolved, ResolveQuery } from "@waybill/registry-client/types";
import { checkArtifactName, withoutNulls } from "../attributes.ts";
import { reportFailure, sentence } from "../failures.ts";
import type { Diagnostics } from "../framework/diagnostics.ts";
import { dataSource } from "../framework/provider.ts";
import type { Config, Result } from "../framework/schema.ts";
import { atMostOneOf } from "../framework/validators.ts";
import type { Registry } from "../registry.ts";
import { artifactSchema, parseVersion } from "./artifact-schema.ts";

export type ArtifactConfig = Config<typeof artifactSchema>;

/** `data "waybill_artifact"`: which images are the right ones? */
export const artifact = dataSource<typeof artifactSchema, Registry>({
  schema: artifactSchema,

  validate(config, diagnostics) {
    atMostOneOf(["channel", "version", "constraint", "fingerprint"], config, diagnostics);
    checkArtifactName(config.name, "name");
  },

  async read(config, { client, diagnostics, signal }) {
    const query = toQuery(config, client);
    try {
      const resolved = await resolve(query, config, client, signal);
      reportWarnings(resolved, diagnostics);
      return toResult(resolved);
    } catch (error) {
      throw reportFailure(error, { artifact: query.artifact, config, settings: client.settings });
    }
  },
});

/**
 * For the whole provider `previous` means: where there is one. A version without must not stand in the way of a
 * destroy, which reads everything first.
 */
async function resolve(
  query: ResolveQuery,
  { on_revoked }: ArtifactConfig,
  { resolver }: Registry,
  signal: AbortSignal,
): Promise<Resolved> {
  try {
    return await resolver.resolve(query, signal);
  } catch (error) {
    const isRevoked = error instanceof RegistryError && error.code === "version_revoked";
    if (!isRevoked || on_revoked !== null || query.on_revoked !== "previous") throw error;
    return resolver.resolve({ ...query, on_revoked: "warn" }, signal);
  }
}

function toQuery(config: ArtifactConfig, registry: Registry): ResolveQuery {
  const version = config.version === null ? undefined : parseVersion(config.version);
  return {
    artifact: registry.artifact(config.name, "name"),
    ...withoutNulls({
      channel: config.channel,
      version: version === "latest" ? undefined : version,
      constraint: config.constraint,
      fingerprint: config.fingerprint,
      type: config.type,
      platform: config.platform,
      region: config.region,
      build: config.build,
      on_revoked: (config.on_revoked as OnRevoked | null) ?? registry.onRevoked,
    }),
  };
}

function toResult(resolved: Resolved): Result<typeof artifactSchema> {
  const { artifact, number, semver, fingerprint, created_at, external_id, revocation } = resolved;
  const { metadata, metadata_full, labels } = resolved;
  return {
    id: `${artifact}/${number}`,
    number,
    semver,
    fingerprint,
    created_at,
    external_id,
    metadata,
    metadata_full,
    labels,
    revocation: revocation && { reason: revocation.reason, revoked_at: revocation.revoked_at },
    images: resolved.images.map(
      ({ build, artifact_type, platform, region, external_id, source_image_id, labels }) => ({
        build,
        artifact_type,
        platform,
        region,
        external_id,
        source_image_id,
        labels,
      }),
    ),
    files: resolved.files.map(({ build, path, size, sha256 }) => ({ build, path, size, sha256 })),
  };
}

const WARNINGS: Readonly<Record<string, string>> = {
  revoked: "Version is revoked",
  revoked_skipped: "Revoked version is passed over",
};

function reportWarnings({ artifact, number, warnings }: Resolved, diagnostics: Diagnostics): void {
  for (const { code, message } of warnings) {
    const summary = WARNINGS[code] ?? `About version ${number} of ${artifact}`;
    diagnostics.warning(summary, sentence(message), ["name"]);
  }
}
