import { once } from "node:events";
import type { RegistryClient, VersionReference } from "@waybill/registry-client";
import { type Command, InvalidArgumentError } from "commander";
import { ARTIFACT, confirmed, VERSION, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import { appendFile, appendInput } from "../log-appending.ts";
import type { Output } from "../output.ts";

const BUILD = ["--build <name>", "the build it belongs to (default: the only one)"] as const;
const OFFSET = ["--offset <bytes>", "begin after so many bytes", wholeNumber, 0] as const;

const HELP = `
A log is what building printed, colours and all. It may be written while it is built, before its build is reported:
append passes its input on to stdout, sends it as it comes, and ends the log with its input. The version must be open;
--open opens it when it is not there yet.

Examples:
  packer build -color=false . | waybill logs append hashicorp/web "$GIT_SHA" --build docker.web --open
  waybill logs append hashicorp/web 12 --build docker.web --file build.log
  waybill logs follow hashicorp/web "$GIT_SHA" --build docker.web
  waybill logs show hashicorp/web 12 | less -R
  waybill logs delete hashicorp/web 12 --build docker.web --yes
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("list")
    .description("List the logs of a version.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .action(async (artifact: string, version: string, _options, list: Command) => {
      const logs = await withClient(list, output, (client) =>
        client.logs.list(artifact, versionReference(version)),
      );
      output.result(logs, () => {
        if (logs.length === 0) output.note("its builds have no logs");
        const rows = logs.map(({ build, size, cut, started_at, updated_at, ended_at }) => {
          const state = ended_at === null ? "growing" : cut ? "cut" : "whole";
          return [build, size, state, started_at, updated_at];
        });
        if (rows.length > 0) output.table(["BUILD", "BYTES", "STATE", "STARTED", "UPDATED"], rows);
      });
    })
    .addHelpText("after", HELP);

  command
    .command("show")
    .description("Write the log of a build to stdout.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option(...BUILD)
    .option(...OFFSET)
    .action(async (artifact: string, version: string, { build, offset }, show: Command) => {
      const reference = versionReference(version);
      await withClient(show, output, async (client) => {
        const owner = build ?? (await onlyLog(client, artifact, reference));
        await write(await client.logs.read(artifact, reference, owner, offset));
      });
    })
    .addHelpText("after", HELP);

  command
    .command("follow")
    .description("Write the log of a build to stdout while it grows, until it ends.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option(...BUILD)
    .option(...OFFSET)
    .action(async (artifact: string, version: string, { build, offset }, follow: Command) => {
      const reference = versionReference(version);
      await withClient(follow, output, async (client) => {
        const owner = build ?? (await onlyBuild(client, artifact, reference));
        await write(client.logs.follow(artifact, reference, owner, offset));
      });
    })
    .addHelpText("after", HELP);

  command
    .command("append")
    .description("Write the log of a build, from stdin while it comes or from a file.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option(...BUILD)
    .option("--file <path>", "the log, instead of stdin; what the registry has of it already is no harm")
    .option("--continue", "go on after what the log has")
    .option("--more", "do not end the log: more will come")
    .option("--open", "open the version for this build when it is not there; it is named by its fingerprint")
    .action(async (artifact: string, version: string, options, append: Command) => {
      const reference = versionReference(version);
      await withClient(append, output, async (client) => {
        if (options.open) await open(client, artifact, reference, options.build);
        const build = options.build ?? (await onlyBuild(client, artifact, reference));
        const logs = options.continue ? await client.logs.list(artifact, reference) : [];
        const target = {
          offset: logs.find((log) => log.build === build)?.size ?? 0,
          ends: !options.more,
          send: (piece: { offset: number; bytes: Uint8Array; ended?: boolean }) =>
            client.logs.append(artifact, reference, build, piece),
        };
        const log = options.file
          ? await appendFile(options.file, target)
          : await appendInput(process.stdin, target, output);
        if (log.cut)
          output.warning(`the log was cut after ${log.size} bytes, which is what the registry keeps`);
        if (options.file) output.result(log, () => output.line(`the log of ${build} has ${log.size} bytes`));
      });
    })
    .addHelpText("after", HELP);

  command
    .command("delete")
    .description("Delete the log of a build, such as one that shows a secret.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option(...BUILD)
    .option("--yes", "do it")
    .action(async (artifact: string, version: string, { build, yes }, remove: Command) => {
      confirmed(yes, `this deletes a log of ${artifact} ${version}`);
      const reference = versionReference(version);
      await withClient(remove, output, async (client) => {
        const owner = build ?? (await onlyLog(client, artifact, reference));
        await client.logs.delete(artifact, reference, owner);
        output.result({ deleted: owner }, () => output.line(`deleted the log of ${owner}`));
      });
    })
    .addHelpText("after", HELP);
}

async function open(
  client: RegistryClient,
  artifact: string,
  version: VersionReference,
  build: string | undefined,
): Promise<void> {
  if (build === undefined) throw new UsageError("--open needs --build: the name of the build to open it for");
  if (typeof version === "number") {
    throw new UsageError(`--open needs a fingerprint; if ${version} is one, write fingerprint:${version}`);
  }
  const fingerprint = version.slice("fingerprint:".length);
  await client.publish(artifact, { fingerprint, expected_builds: [build] });
}

/** The build whose log is there. */
async function onlyLog(client: RegistryClient, artifact: string, version: VersionReference): Promise<string> {
  const names = (await client.logs.list(artifact, version)).map(({ build }) => build);
  if (names.length === 0) throw new NoneError(`no build of ${artifact} ${version} has a log`);
  return only(names);
}

/** The build whose log is there, or may come. */
async function onlyBuild(
  client: RegistryClient,
  artifact: string,
  version: VersionReference,
): Promise<string> {
  return only((await client.getVersion(artifact, version)).expected_builds);
}

function only([name, ...others]: string[]): string {
  if (name !== undefined && others.length === 0) return name;
  throw new UsageError(`choose a build with --build: ${[name, ...others].join(", ")}`);
}

async function write(log: AsyncIterable<Buffer>): Promise<void> {
  for await (const bytes of log) {
    if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Write a number of bytes.");
  return Number(text);
}
