import type { Publication } from "@waybill/registry-client";
import { shellWord } from "@waybill/registry-client/shell";

/** The command that publishes a build of which there is no record, as far as a command can say it. */
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

/** What {@link commandByHand} leaves out of a publication, to be told with it; empty when it says all. */
export function leftOut({ build: { report }, documents = [], channels = [] }: Publication): string {
  const { images = [], parents = [], labels = {} } = report;
  const left = [
    channels.length > 0 && `the channels ${channels.join(", ")} (waybill channels assign)`,
    documents.length > 0 &&
      `the documents ${documents.map(({ name }) => name).join(", ")} (waybill documents)`,
    parents.length > 0 && `the parents ${parents.map(({ artifact }) => artifact).join(", ")}`,
    Object.keys(labels).length > 0 && "the labels",
    new Set(images.map(({ platform }) => platform)).size > 1 && "images on other platforms",
  ].filter((part) => part !== false);
  return left.length > 0 ? `\nIt leaves out ${left.join(", ")}.` : "";
}
