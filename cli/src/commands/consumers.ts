import type { Consumer } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import { ARTIFACT, positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const HELP = `
Consumers name themselves: the Terraform provider by its workspace, CI jobs by the job, everybody else with --consumer or
WAYBILL_CONSUMER; who gives no name goes by that of the token. It shows up here a few seconds later.

Examples:
  waybill consumers hashicorp/web
  waybill consumers hashicorp/web --version 12
  waybill consumers --named acme/production
`;

export function define(command: Command, output: Output): void {
  command
    .argument("[artifact]", ARTIFACT[1])
    .addOption(new Option("--version <number>", "who resolved this version").argParser(positiveInteger))
    .option("--named <consumer>", "what this consumer resolves, in all artifacts")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .addHelpText("after", HELP)
    .action(async (artifact: string | undefined, { version, named, limit }) => {
      const of = question(artifact, version, named);
      await withClient(command, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.listConsumers({ ...of, ...page }));
        output.result(items, () => print(items, output));
      });
    });
}

function question(artifact: string | undefined, version: number | undefined, named: string | undefined) {
  if (artifact !== undefined && named === undefined) return { artifact, version };
  if (artifact === undefined && version === undefined && named !== undefined) return { consumer: named };
  throw new UsageError("give an artifact, with or without --version, or else --named");
}

function print(items: Consumer[], output: Output): void {
  if (items.length === 0) {
    output.note("nobody resolved it");
    return;
  }
  const rows = items.map(({ artifact, number, consumer, client, first_at, last_at, count }) => {
    return [consumer, `${artifact} ${number}`, first_at, last_at, count, client];
  });
  output.table(["CONSUMER", "VERSION", "FIRST", "LAST", "TIMES", "CLIENT"], rows);
}
