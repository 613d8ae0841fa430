import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Provenance } from "@waybill/registry-client";
import { ciFacts } from "@waybill/registry-client/ci";
import type { Command } from "commander";
import { pair } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import { ManifestFiles } from "../importing/files.ts";
import { type Broken, type Entry, parseManifest } from "../importing/manifest.ts";
import { artifactsOf } from "../importing/naming.ts";
import { type Done, publishAll } from "../importing/publishing.ts";
import { versionsOf } from "../importing/versions.ts";
import type { Output } from "../output.ts";

const HELP = `
Each run of Packer in the manifest becomes a version, in the order of the manifest, with the id of the run as its
fingerprint: what is there already, also because the Packer plugin published it, is left alone, so that importing again
publishes nothing. Times are those of the builds; an older run does not become \`latest\` in place of a newer one.

An artifact is called as its source, in --namespace; --artifact gives one artifact to all builds, --map one to a source
(web=hashicorp/web) or to a build (amazon-ebs.web=hashicorp/web). custom_data becomes metadata. Files are recorded where
they still are what the build made, and uploaded with --upload.

What cannot be taken over is told, each with its reason; when an entry is broken or refused, the command ends with 4
after it has done the others.

Examples:
  waybill import packer-manifest.json --namespace hashicorp --dry-run
  waybill import packer-manifest.json --artifact hashicorp/web
  waybill import packer-manifest.json --map base=hashicorp/base --map web=hashicorp/web
  packer build . && waybill import packer-manifest.json --artifact hashicorp/web --this-job
`;

type Options = {
  artifact?: string;
  map?: Record<string, string>;
  upload?: boolean;
  thisJob?: boolean;
  dryRun?: boolean;
};

export function define(command: Command, output: Output): void {
  command
    .argument("<file>", "a manifest that Packer's manifest post-processor wrote")
    .option("--artifact <artifact>", "namespace/artifact of all builds that --map does not name")
    .option("--map <source=artifact>", "the artifact of a source or build; may be given again", pair)
    .option("--upload", "upload the files that are still there")
    .option("--this-job", "this CI job made the last run of the manifest: record its commit and a link to it")
    .option("--dry-run", "say what would be published, and publish nothing")
    .addHelpText("after", HELP)
    .action(async (path: string, options: Options) => {
      const json = await readFile(path, "utf8").catch((error) => {
        throw new UsageError(`${path} cannot be read: ${error.code ?? error.message}`);
      });
      const { entries, broken, lastRun } = parseManifest(json, path);
      const origin = originOf(options);
      await withClient(command, output, async (client, { namespace }) => {
        const files = new ManifestFiles(entries, dirname(path), options.upload === true);
        const leftOut: Broken[] = [];
        const versions = await versionsOf(
          artifactsOf(entries, options, namespace),
          files,
          (entry) => ({ ...provenanceOf(entry, path), ...(entry.packer_run_uuid === lastRun && origin) }),
          (left) => leftOut.push(left),
        );
        for (const { entry, reason } of leftOut) output.note(`left out of ${entry}: ${reason}`);
        for (const { entry, reason } of broken) output.warning(`${entry} is not taken over: ${reason}`);
        const done = await publishAll(client, versions, options.dryRun === true, output);
        output.result({ versions: done, left_out: leftOut, broken }, () => print(done, output));
        const failed = broken.length + done.filter(({ outcome }) => outcome === "refused").length;
        if (failed > 0) throw new Error(`${failed} of what ${path} has could not be taken over, see above`);
      });
    });
}

function originOf({ thisJob }: Options): Provenance | undefined {
  if (!thisJob) return undefined;
  const facts = ciFacts(process.env);
  if (facts.ci) return facts;
  throw new UsageError("--this-job: this is no job of a CI system that is known; leave it out");
}

function provenanceOf({ builder_type, packer_run_uuid }: Entry, path: string): Provenance {
  return { builder_type, packer_run_uuid, imported_from: basename(path) };
}

function print(done: Done[], output: Output): void {
  if (done.length === 0) output.note("there is nothing to import");
  const rows = done.map(({ outcome, artifact, number, fingerprint, builds }) => [
    outcome,
    artifact,
    number,
    fingerprint,
    builds.join(", "),
  ]);
  if (rows.length > 0) output.table(["OUTCOME", "ARTIFACT", "VERSION", "RUN", "BUILDS"], rows);
}
