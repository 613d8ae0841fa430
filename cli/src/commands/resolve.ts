import type { Resolved, ResolveQuery } from "@waybill/registry-client";
import type { Command } from "commander";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import { imageText, type Output } from "../output.ts";
import { addSelection, queryOf } from "../selection.ts";

const HELP = `
Prints the external id of the image when exactly one is left. When there are several, or none but files, and neither
--platform, --region nor --build was given, it prints the number of the version and says on stderr what there is;
with one of these, several are an error (4). Scripts that need an image id ask for --output external_id, which never
prints anything else.

--output takes external_id, number, semver, fingerprint, description, channel, created_at, completed_at, images, files,
metadata.KEY, metadata_full.KEY or labels.KEY. A value that is not there ends with 1.

A revoked version is refused (4), unless --on-revoked or WAYBILL_ON_REVOKED says warn or previous.

Examples:
  waybill resolve hashicorp/web --region us-east-1
  waybill resolve hashicorp/web --channel production --on-revoked previous
  waybill resolve hashicorp/web --constraint "~> 1.4" --output semver
  waybill resolve hashicorp/web --fingerprint "$GIT_SHA" || [ $? -ne 1 ] || packer build .   # build what is not there
  waybill resolve hashicorp/web --json | jq -r '.images[].external_id'
`;

export function define(command: Command, output: Output): void {
  addSelection(command.argument("<artifact>", "namespace/artifact"))
    .option("--platform <name>", "only images on this platform, such as aws")
    .option("--region <name>", "only images in this region")
    .option("--output <name>", "print this value")
    .addHelpText("after", HELP)
    .action(async (artifact: string, options) => {
      const { output: wanted, ...selection } = options;
      const query = queryOf(artifact, selection);
      const resolved = await withClient(command, output, (client) => client.resolve(query));
      for (const { message } of resolved.warnings) output.warning(message);
      output.result(resolved, () => print(resolved, query, wanted, output));
    });
}

function print(resolved: Resolved, query: ResolveQuery, wanted: string | undefined, output: Output): void {
  const asksForImage = query.platform ?? query.region ?? query.build;
  if (wanted === "images") {
    const rows = resolved.images.map((image) => [
      image.platform,
      image.region,
      image.external_id,
      image.build,
    ]);
    output.table(["PLATFORM", "REGION", "EXTERNAL ID", "BUILD"], rows);
  } else if (wanted === "files") {
    const rows = resolved.files.map((file) => [file.path, file.size, file.sha256, file.build]);
    output.table(["PATH", "SIZE", "SHA256", "BUILD"], rows);
  } else if (wanted !== undefined) {
    output.line(oneValue(resolved, wanted));
  } else if (resolved.external_id === null && asksForImage === undefined) {
    output.note(`version ${resolved.number} has ${contents(resolved)}; this is its number`);
    output.line(String(resolved.number));
  } else output.line(oneValue(resolved, "external_id"));
}

function oneValue(resolved: Resolved, name: string): string {
  const simple: Record<string, string | number | null> = {
    external_id: resolved.external_id,
    number: resolved.number,
    semver: resolved.semver,
    fingerprint: resolved.fingerprint,
    description: resolved.description,
    channel: resolved.channel,
    created_at: resolved.created_at,
    completed_at: resolved.completed_at,
  };
  const value = Object.hasOwn(simple, name) ? simple[name] : mapValue(resolved, name);
  if (value !== null && value !== undefined) return String(value);
  if (name !== "external_id") throw new NoneError(`version ${resolved.number} has no ${name}`);
  if (resolved.images.length > 1) {
    throw new Error(
      `version ${resolved.number} has ${contents(resolved)}; choose one with --platform, --region or --build`,
    );
  }
  throw new NoneError(`version ${resolved.number} has ${contents(resolved)}`);
}

function mapValue(resolved: Resolved, name: string): string | undefined {
  const [, map, key] = /^(metadata|metadata_full|labels)\.(.+)$/s.exec(name) ?? [];
  if (map === undefined || key === undefined) {
    throw new UsageError(`--output does not know ${JSON.stringify(name)}; see waybill resolve --help`);
  }
  const values = resolved[map as "metadata" | "metadata_full" | "labels"];
  if (Object.hasOwn(values, key)) return values[key];
  const there = Object.keys(values).sort().join(", ") || "nothing";
  throw new NoneError(`version ${resolved.number} has no ${name}; ${map} has ${there}`);
}

function contents({ images, files }: Resolved): string {
  if (images.length > 1) return `${images.length} images (${images.map(imageText).join(", ")})`;
  return files.length > 0 ? `no image but ${files.length} files` : "no image";
}
