import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { RegistryClient, Version, VersionReference } from "@waybill/registry-client";
import { mediaTypeOf } from "@waybill/registry-client/document-files";
import type { Command } from "commander";
import { ARTIFACT, confirmed, VERSION, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import type { Output } from "../output.ts";

const BUILD = ["--build <name>", "the build it belongs to (default: the only one)"] as const;

const HELP = `
A document is anything up to 16 MiB that belongs to a build, such as an SBOM (CycloneDX, SPDX) or an attestation. It is
given back byte for byte. Its type comes from its name (.cdx.json, .spdx.json, .intoto.jsonl ...) or from --type.

Examples:
  waybill documents put hashicorp/web 12 web.cdx.json
  waybill documents list hashicorp/web 12
  waybill documents get hashicorp/web 12 web.cdx.json | jq '.components | length'
  waybill documents delete hashicorp/web 12 web.cdx.json --yes
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("list")
    .description("List what is attached to the builds of a version.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .action(async (artifact: string, version: string, _options, list: Command) => {
      const { builds } = await withClient(list, output, (client) =>
        client.getVersion(artifact, versionReference(version)),
      );
      const items = builds.flatMap(({ name: build, documents }) =>
        documents.map((document) => ({ build, ...document })),
      );
      output.result(items, () => {
        if (items.length === 0) output.note("nothing is attached to it");
        const rows = items.map(({ build, name, media_type, size, sha256 }) => {
          return [build, name, media_type, size, sha256];
        });
        if (rows.length > 0) output.table(["BUILD", "DOCUMENT", "TYPE", "BYTES", "SHA256"], rows);
      });
    })
    .addHelpText("after", HELP);

  command
    .command("put")
    .description("Attach a file to a build, or replace the document of that name.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .argument("<file>", "the file")
    .option(...BUILD)
    .option("--name <name>", "name of the document (default: that of the file)")
    .option("--type <type>", "media type, such as application/vnd.cyclonedx+json")
    .action(async (artifact: string, version: string, file: string, options, put: Command) => {
      const { build, name = basename(file), type: mediaType = mediaTypeOf(name) } = options;
      const reference = versionReference(version);
      const bytes = await readFile(file).catch((error) => {
        throw new UsageError(`${file} cannot be read: ${error.code ?? error.message}`);
      });
      await withClient(put, output, async (client) => {
        const owner = await buildOf(client, artifact, reference, build);
        const document = await client.documents.put(artifact, reference, owner, name, { bytes, mediaType });
        output.result(document, () =>
          output.line(
            `attached ${document.name} (${document.media_type}, ${document.size} bytes) to ${owner}`,
          ),
        );
      });
    })
    .addHelpText("after", HELP);

  command
    .command("get")
    .description("Write a document to stdout, or to a file.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .argument("<name>", "name of the document")
    .option(...BUILD)
    .option("--output <file>", "write it here")
    .action(async (artifact: string, version: string, name: string, options, get: Command) => {
      const reference = versionReference(version);
      await withClient(get, output, async (client) => {
        const owner = await buildOf(client, artifact, reference, options.build, name);
        const { bytes } = await client.documents.get(artifact, reference, owner, name);
        if (options.output === undefined) process.stdout.write(bytes);
        else await save(options.output, bytes);
      });
    })
    .addHelpText("after", HELP);

  command
    .command("delete")
    .description("Remove a document from a build.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .argument("<name>", "name of the document")
    .option(...BUILD)
    .option("--yes", "do it")
    .action(async (artifact: string, version: string, name: string, { build, yes }, remove: Command) => {
      confirmed(yes, `this removes ${name} from ${artifact} ${version}`);
      const reference = versionReference(version);
      await withClient(remove, output, async (client) => {
        const owner = await buildOf(client, artifact, reference, build, name);
        await client.documents.delete(artifact, reference, owner, name);
        output.result({ deleted: name }, () => output.line(`deleted ${name} of ${owner}`));
      });
    })
    .addHelpText("after", HELP);
}

/** The build that was named, else the only one that can be meant: that has the document, or that there is. */
async function buildOf(
  client: RegistryClient,
  artifact: string,
  version: VersionReference,
  given: string | undefined,
  document?: string,
): Promise<string> {
  if (given !== undefined) return given;
  const { builds } = await client.getVersion(artifact, version);
  const fitting = builds.filter((build) => document === undefined || has(build, document));
  const [only, second] = fitting.map(({ name }) => name);
  if (only === undefined)
    throw new NoneError(`no build of ${artifact} ${version} has ${document ?? "anything"}`);
  if (second === undefined) return only;
  throw new UsageError(`choose a build with --build: ${fitting.map(({ name }) => name).join(", ")}`);
}

function has({ documents }: Version["builds"][number], document: string): boolean {
  return documents.some(({ name }) => name === document);
}

async function save(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes).catch((error) => {
    throw new UsageError(`--output ${path} cannot be written: ${error.code ?? error.message}`);
  });
}
