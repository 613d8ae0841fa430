import { RegistryClient, type Resolved, readSettings, resolveQuery } from "@waybill/registry-client";
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
    const resolved = await client.resolve(resolveQuery(options, env));
    return {
      output: JSON.stringify(outputOf(resolved)),
      resolved: {
        artifact: resolved.artifact,
        number: resolved.number,
        fingerprint: resolved.fingerprint,
        external_ids: resolved.images.map(({ external_id }) => external_id),
        warnings: resolved.warnings.map(({ message }) => message),
      },
    };
  } finally {
    client.close();
  }
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
