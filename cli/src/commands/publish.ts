import {
  type BuildReport,
  type Publish,
  type SendOptions,
  sendSpool,
  spoolDirectory,
  type Version,
} from "@waybill/registry-client";
import { ciFacts } from "@waybill/registry-client/ci";
import { warnOfMissing } from "@waybill/registry-client/missing-parents";
import { type Command, Option } from "commander";
import { pair, repeated } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import { leavingTidily } from "../leaving.ts";
import { sendFiles } from "../local-files.ts";
import type { Output } from "../output.ts";
import { readPublish } from "../publish-json.ts";
import { type BuildOptions, buildFromOptions } from "../publish-options.ts";
import { printVersion } from "./versions.ts";

const HELP = `
The build comes from options, or one or more builds come from a JSON file with the body of the registry's publish
request: {"fingerprint": "...", "builds": [{"name": "...", "artifact_type": "...", "images": [...]}]}. Options of the
version (--fingerprint, --semver, --description, --label, --latest, --expect) win over the file.

A fingerprint makes publishing safe to repeat: the same content again changes nothing. It may also come from
WAYBILL_FINGERPRINT. With --expect the version stays open until every expected build has been published.
Builds that waited in the spool for this registry are sent first. In a CI job its commit, branch, remote and a link to it
are recorded with each build, unless the JSON says where it comes from.

Examples:
  waybill publish hashicorp/web --fingerprint "$GIT_SHA" --semver 1.2.3 --type amazon.ami \\
    --image us-east-1=ami-1 --image eu-west-1=ami-2 --metadata os=debian-13
  waybill publish hashicorp/box --fingerprint "$GIT_SHA" --type qemu.image --file output/box.qcow2
  waybill publish hashicorp/web version.json
  jq -n '{fingerprint: env.GIT_SHA, builds: [...]}' | waybill publish hashicorp/web -
`;

type Options = BuildOptions & {
  fingerprint?: string;
  semver?: string;
  description?: string;
  label?: Record<string, string>;
  latest?: "true" | "false" | "if_newer";
  expect?: string[];
};

export function define(command: Command, output: Output): void {
  command
    .argument("<artifact>", "namespace/artifact")
    .argument("[json]", "a JSON file with the whole request, or - for stdin")
    .option("--fingerprint <text>", "names this version once and for all, such as a git SHA")
    .option("--semver <version>", "semantic version")
    .option("--description <text>", "what this version is")
    .option("--label <key=value>", "label of the version; may be given again", pair)
    .addOption(
      new Option("--latest <when>", "whether it may become `latest`").choices(["true", "false", "if_newer"]),
    )
    .option("--expect <build>", "a build that belongs to the version; may be given again", repeated)
    .option("--build <name>", "name of the build (default: the artifact type)")
    .option("--type <type>", "artifact type of the build, such as amazon.ami or docker.image")
    .option("--platform <name>", "platform of the images (default: what the artifact type says)")
    .option(
      "--image <region=id>",
      "an image, or =id on a platform without regions; may be given again",
      repeated,
    )
    .option(
      "--file <path>",
      "a file, which is uploaded unless the registry has it; may be given again",
      repeated,
    )
    .option("--record-only", "record path, size and SHA-256 of files, and upload none")
    .option("--metadata <key=value>", "metadata of the build; may be given again", pair)
    .addHelpText("after", HELP)
    .action(async (artifact: string, json: string | undefined, options: Options) => {
      const built = await buildFromOptions(options, json !== undefined);
      const body = await requestBody(json, options, built?.build);
      await withClient(command, output, async (client) => {
        await sendWaiting(client, output);
        await sendFiles(client, artifact, built?.locals ?? [], output);
        const { version: published, created } = await client.publish(artifact, body);
        const parents = body.builds?.flatMap((build) => build.parents ?? []) ?? [];
        const version = await warnOfMissing(parents, client, published);
        if (output.json) printVersion(version, output);
        else {
          for (const { message } of version.warnings) output.warning(message);
          output.line(summary(version, created));
        }
      });
    });
}

async function requestBody(
  json: string | undefined,
  options: Options,
  build: NonNullable<Publish["builds"]>[number] | undefined,
): Promise<Publish> {
  const {
    fingerprint = process.env.WAYBILL_FINGERPRINT,
    semver,
    description,
    label: labels,
    latest,
    expect,
  } = options;
  const body: Publish = {
    ...(json !== undefined && (await readPublish(json))),
    ...(fingerprint && { fingerprint }),
    ...(semver !== undefined && { semver }),
    ...(description !== undefined && { description }),
    ...(labels && { labels }),
    ...(latest && { latest: latest === "if_newer" ? latest : latest === "true" }),
    ...(expect && { expected_builds: expect }),
    ...(build && { builds: [build] }),
  };
  if (!body.fingerprint) {
    throw new UsageError(
      '--fingerprint is missing: what names this version, such as "$(git rev-parse HEAD)"',
    );
  }
  if (!body.builds && !body.expected_builds) {
    throw new UsageError("nothing to publish; give --type with --image or --file, a JSON file, or --expect");
  }
  return Array.isArray(body.builds) ? { ...body, builds: body.builds.map(withOrigin) } : body;
}

/** Adds what the CI job knows of where a build comes from, as far as whoever wrote it did not say. */
function withOrigin<T extends Pick<BuildReport, "provenance">>(build: T): T {
  const origin = ciFacts(process.env);
  // What is wrong in JSON is for the registry to name.
  const canAdd =
    typeof build === "object" && build !== null && typeof (build.provenance ?? {}) === "object" && origin.ci;
  return canAdd ? { ...build, provenance: { ...origin, ...build.provenance } } : build;
}

/** What waits is older than what is published now, and goes first. */
async function sendWaiting(client: Parameters<typeof sendSpool>[1], output: Output): Promise<void> {
  const dir = spoolDirectory(process.env);
  const onSent: SendOptions["onSent"] = ({ build }, { version: { artifact, warnings } }) => {
    for (const { message } of warnings) output.warning(`${build.name} of ${artifact}: ${message}`);
  };
  const { sent, setAside, stopped, blocked } = await leavingTidily(() => sendSpool(dir, client, { onSent }));
  if (sent > 0) output.note(`sent ${sent} builds from the spool first`);
  if (setAside > 0) {
    output.warning(`${setAside} builds of the spool were refused and set aside in ${dir}/refused`);
  }
  for (const [artifact, { message }] of blocked) output.warning(`${artifact} waits in the spool: ${message}`);
  // When nobody answers, what is new would meet the same; another trouble may be that of the old record alone.
  if (stopped && !stopped.problem) throw stopped;
  if (stopped) output.warning(`the spool was not sent: ${stopped.message}`);
}

function summary({ artifact, number, state, semver, missing_builds }: Version, created: boolean): string {
  if (state !== "complete") return `${artifact} is open, missing: ${missing_builds.join(", ")}`;
  const name = `${artifact} version ${number}${semver ? ` (${semver})` : ""}`;
  return created ? `published ${name}` : `${name} is complete`;
}
