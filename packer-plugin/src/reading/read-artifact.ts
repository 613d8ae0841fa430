import {
  parseReference,
  RegistryClient,
  type Resolved,
  type ResolveQuery,
  readSettings,
} from "@waybill/registry-client";
import type { ReadArtifactResponse } from "../messages.ts";
import { DataSourceOptions } from "../options.ts";

/**
 * Resolves what the data source asks for.
 *
 * @throws {RegistryError | SettingsError | ReferenceError_} whose messages are for the user
 */
export async function readArtifact(json: string, env: NodeJS.ProcessEnv): Promise<ReadArtifactResponse> {
  const options = DataSourceOptions.parse(JSON.parse(json));
  const settings = readSettings(options, env);
  const client = new RegistryClient(settings, {
    userAgent: "waybill-packer-plugin",
    log: (message) => console.error(message),
  });
  try {
    const artifact = parseReference(options.artifact, settings.namespace).toString();
    const resolved = await client.resolve(queryOf(artifact, options, env));
    return {
      output: JSON.stringify(outputOf(resolved)),
      resolved: {
        artifact: resolved.artifact,
        number: resolved.number,
        fingerprint: resolved.fingerprint,
        external_ids: resolved.images.map(({ external_id }) => external_id),
      },
      warnings: resolved.warnings.map(({ message }) => message),
    };
  } finally {
    client.close();
  }
}

function queryOf(artifact: string, options: DataSourceOptions, env: NodeJS.ProcessEnv): ResolveQuery {
  const { channel, version, constraint, fingerprint, type, platform, region, build } = options;
  const onRevoked =
    options.on_revoked ?? DataSourceOptions.shape.on_revoked.parse(env.WAYBILL_ON_REVOKED || undefined);
  return {
    artifact,
    ...(channel && { channel }),
    // "latest" is what it is without a selector.
    ...(version && version !== "latest" && { version: Number(version) }),
    ...(constraint && { constraint }),
    ...(fingerprint && { fingerprint }),
    ...(type && { type }),
    ...(platform && { platform }),
    ...(region && { region }),
    ...(build && { build }),
    ...(onRevoked && { on_revoked: onRevoked }),
  };
}

/** Exactly the attributes of the shim's OutputSpec. */
function outputOf(resolved: Resolved) {
  return {
    artifact: resolved.artifact,
    number: resolved.number,
    semver: resolved.semver,
    fingerprint: resolved.fingerprint,
    description: resolved.description,
    channel: resolved.channel,
    created_at: resolved.created_at,
    external_id: resolved.external_id,
    metadata: resolved.metadata,
    metadata_full: resolved.metadata_full,
    labels: resolved.labels,
    images: resolved.images.map((image) => ({
      platform: image.platform,
      region: image.region,
      external_id: image.external_id,
      source_image_id: image.source_image_id ?? null,
      build: image.build,
      artifact_type: image.artifact_type,
      labels: image.labels ?? {},
    })),
    files: resolved.files.map(({ path, size, sha256, build }) => ({
      path,
      size: String(size),
      sha256,
      build,
    })),
  };
}
