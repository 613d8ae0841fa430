import type { Artifact } from "@waybill/registry-client";
import type { Command } from "commander";
import { ARTIFACT, confirmed, pair, positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import { type Output, pairsText } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const EXAMPLES = `
Examples:
  waybill artifacts list --search web
  waybill artifacts show hashicorp/web
  waybill artifacts describe hashicorp/web --description "Web servers" --label team=web
  waybill artifacts delete hashicorp/web --yes
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", EXAMPLES);

  command
    .command("list")
    .description("List artifacts by name; --namespace shows one namespace.")
    .option("--search <text>", "only those with this in the name or description")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async ({ search, limit }, list: Command) => {
      await withClient(list, output, async (client, { namespace }) => {
        const items = await upTo(limit, output, (page) =>
          client.listArtifacts({ namespace, q: search, ...page }),
        );
        output.result(items, () => printList(items, search !== undefined || namespace !== undefined, output));
      });
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("show")
    .description("Show one artifact.")
    .argument(...ARTIFACT)
    .action(async (name: string, _options, show: Command) => {
      printOne(await withClient(show, output, (client) => client.getArtifact(name)), output);
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("describe")
    .description("Create an artifact, or change its description and labels.")
    .argument(...ARTIFACT)
    .option("--description <text>", "what it is for")
    .option("--label <key=value>", "all labels it shall have; may be given again", pair)
    .action(async (name: string, { description, label: labels }, describe: Command) => {
      if (description === undefined && labels === undefined) {
        throw new UsageError("nothing to change; give --description or --label");
      }
      const change = { ...(description !== undefined && { description }), ...(labels && { labels }) };
      printOne(await withClient(describe, output, (client) => client.putArtifact(name, change)), output);
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("delete")
    .description("Delete an artifact with all its versions; if it is published again, its numbers go on.")
    .argument(...ARTIFACT)
    .option("--yes", "do it")
    .action(async (name: string, { yes }, remove: Command) => {
      confirmed(yes, `this deletes ${name} with all its versions`);
      await withClient(remove, output, (client) => client.deleteArtifact(name));
      output.result({ deleted: name }, () => output.line(`deleted ${name}`));
    })
    .addHelpText("after", EXAMPLES);
}

function printList(items: Artifact[], filtered: boolean, output: Output): void {
  if (items.length === 0) {
    const hint = "publish one with: waybill publish <namespace>/<artifact> --fingerprint ... --image ...";
    output.note(filtered ? "no artifact fits" : `no artifacts yet; ${hint}`);
    return;
  }
  const rows = items.map(({ artifact, latest, versions, updated_at, description }) => {
    return [artifact, latest, versions, updated_at, description];
  });
  output.table(["ARTIFACT", "LATEST", "VERSIONS", "UPDATED", "DESCRIPTION"], rows);
}

function printOne(artifact: Artifact, output: Output): void {
  const { namespace: _namespace, name: _name, labels, retention, ...facts } = artifact;
  const kept = retention && `the newest ${retention.keep}, and ${retention.days} days`;
  output.result(artifact, () => output.facts({ ...facts, retention: kept, labels: pairsText(labels) }));
}
