import type { Diff, MapChanges, Parent } from "@waybill/registry-client";
import type { Command } from "commander";
import { ARTIFACT, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { type Output, pairsText } from "../output.ts";

const HELP = `
Prints a line for each difference: + what only the second version has, - what only the first has, ~ what is other.
Builds that differ are named before their images, files, parents, metadata and labels.

Examples:
  waybill diff hashicorp/web 11 12
  waybill diff hashicorp/web 11 12 --json | jq '.regions.removed'
`;

export function define(command: Command, output: Output): void {
  command
    .argument(...ARTIFACT)
    .argument("<from-version>", "number or fingerprint of the first version")
    .argument("<to-version>", "number or fingerprint of the second")
    .addHelpText("after", HELP)
    .action(async (artifact: string, from: string, to: string) => {
      const references = [versionReference(from), versionReference(to)] as const;
      const diff = await withClient(command, output, (client) => client.diff(artifact, ...references));
      output.result(diff, () => {
        if (diff.equal) output.note("no difference");
        for (const line of linesOf(diff)) output.line(line);
      });
    });
}

function linesOf({ labels, regions, builds }: Diff): string[] {
  return [
    ...regions.added.map((place) => `+ region ${placeText(place)}`),
    ...regions.removed.map((place) => `- region ${placeText(place)}`),
    ...mapLines("label", labels),
    ...builds.flatMap(({ name, change, artifact_type, images, files, parents, metadata, labels }) => [
      `${{ added: "+", removed: "-", changed: "~" }[change]} build ${name}`,
      ...(change === "changed" && artifact_type.before !== artifact_type.after
        ? [`  ~ type ${artifact_type.before} -> ${artifact_type.after}`]
        : []),
      ...listLines("image", images, imageParts),
      ...listLines("file", files, ({ path, size, sha256 }) => [path, `${size} bytes ${sha256.slice(0, 12)}`]),
      ...listLines("parent", parents, parentParts),
      ...mapLines("metadata", metadata).map((line) => `  ${line}`),
      ...mapLines("label", labels).map((line) => `  ${line}`),
    ]),
  ];
}

function mapLines(what: string, { added, removed, changed }: MapChanges): string[] {
  return [
    ...added.map(({ key, value }) => `+ ${what} ${key}=${value}`),
    ...removed.map(({ key, value }) => `- ${what} ${key}=${value}`),
    ...changed.map(({ key, before, after }) => `~ ${what} ${key}=${before} -> ${after}`),
  ];
}

/** @param parts what stays the same in a change, and what may be other */
function listLines<T>(
  what: string,
  { added, removed, changed }: { added: T[]; removed: T[]; changed: { before: T; after: T }[] },
  parts: (item: T) => [name: string, content: string],
): string[] {
  return [
    ...added.map((item) => `  + ${what} ${parts(item).join(" ")}`),
    ...removed.map((item) => `  - ${what} ${parts(item).join(" ")}`),
    ...changed.map(({ before, after }) => `  ~ ${what} ${parts(before).join(" ")} -> ${parts(after)[1]}`),
  ];
}

function imageParts(image: Diff["builds"][number]["images"]["added"][number]): [string, string] {
  return [placeText(image), `${image.external_id} ${pairsText(image.labels)}`.trimEnd()];
}

function parentParts({ artifact, version, fingerprint, channel }: Parent): [string, string] {
  return [artifact, `${version ?? fingerprint}${channel ? ` (channel ${channel})` : ""}`];
}

function placeText({ platform, region }: { platform: string; region: string }): string {
  return region ? `${platform} ${region}` : platform;
}
