import type { Publication } from "@waybill/registry-client";
import { shellWord } from "@waybill/registry-client/shell";

/** The command that publishes a build of which there is no record; what it cannot say is left out. */
export function commandByHand({ artifact, open, build: { name, report } }: Publication): string {
  const { images = [], files = [], metadata = {} } = report;
  const [platform] = images.map((image) => image.platform);
  const options: [option: string, value: string | undefined][] = [
    ["fingerprint", open.fingerprint],
    ["semver", open.semver],
    ["description", open.description],
    ["latest", open.latest === undefined ? undefined : String(open.latest)],
    ...(open.expected_builds ?? []).map((expected): [string, string] => ["expect", expected]),
    ["build", name],
    ["type", report.artifact_type],
    ["platform", platform],
    ...images
      .filter((image) => image.platform === platform)
      .map(({ region = "", external_id }): [string, string] => ["image", `${region}=${external_id}`]),
    ...files.map(({ path }): [string, string] => ["file", path]),
    ...Object.entries(metadata).map(([key, value]): [string, string] => ["metadata", `${key}=${value}`]),
  ];
  const given = options.flatMap(([option, value]) => (value ? `--${option} ${shellWord(value)}` : []));
  return `waybill publish ${artifact} ${given.join(" ")}`;
}
