import { RegistryClient, type Resolved, readSettings, resolveQuery } from "@waybill/registry-client";
import type { ReadRequest, ReadResponse, ResolvedVersion } from "../messages.ts";
import { DataSourceOptions } from "../options.ts";
import { artifactOutput, versionOutput } from "./output.ts";

/**
 * Reads the version that a data source asks for: of `waybill-artifact` what its filters leave, of `waybill-version`
 * all of it.
 *
 * @throws {RegistryError | SettingsError | ReferenceError_} whose messages are for the user
 */
export async function read(
  { data_source, options: json }: ReadRequest,
  env: NodeJS.ProcessEnv,
): Promise<ReadResponse> {
  const options = DataSourceOptions.parse(JSON.parse(json));
  const settings = readSettings(options, env);
  const client = new RegistryClient(settings, {
    userAgent: "waybill-packer-plugin",
    log: (message) => console.error(message),
  });
  try {
    const resolved = await client.resolve(resolveQuery(options, env));
    if (data_source === "artifact") {
      return {
        output: JSON.stringify(artifactOutput(resolved)),
        resolved: asRead(resolved, resolved.images),
      };
    }
    const version = await client.getVersion(resolved.artifact, resolved.number);
    const images = version.builds.flatMap((build) => build.images);
    const output = JSON.stringify(versionOutput(version, resolved.channel));
    return { output, resolved: asRead(resolved, images) };
  } finally {
    client.close();
  }
}

/** What the roll call of the run remembers, so that a build made of one of these images knows its parent. */
function asRead(resolved: Resolved, images: { external_id: string }[]): ResolvedVersion {
  return {
    artifact: resolved.artifact,
    number: resolved.number,
    fingerprint: resolved.fingerprint,
    external_ids: images.map(({ external_id }) => external_id),
    warnings: resolved.warnings.map(({ message }) => message),
    channel: resolved.channel ?? "",
  };
}
