import { type ChannelRules, RegistryError } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import { ARTIFACT, CHANNEL, confirmed, positiveInteger, repeated } from "../arguments.ts";
import { defineMoves } from "../channel-moves.ts";
import { printChannel, printChannels, printHistory } from "../channel-output.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const EXAMPLES = `
A channel is moved only if nobody else moved it meanwhile; otherwise the command says who did, and ends with 4.

Examples:
  waybill channels list hashicorp/web
  waybill channels create hashicorp/web production --after staging --require-region us-east-1
  waybill channels describe hashicorp/web production --description "What customers see"
  waybill channels assign hashicorp/web staging 12 --reason "release 1.4"
  waybill channels promote hashicorp/web staging production --reason "tests are green"
  waybill channels rollback hashicorp/web production --reason "checkout is slow"
  waybill channels clear hashicorp/web staging --reason "testing is over"
  waybill channels show hashicorp/web production
  waybill channels history hashicorp/web production
  waybill channels delete hashicorp/web staging --yes
`;

type Options = {
  description?: string;
  requireType?: string[];
  requireRegion?: string[];
  after?: string;
  scope?: "publish" | "promote";
  /** False with --no-rules. */
  rules?: boolean;
};

export function define(command: Command, output: Output): void {
  command.addHelpText("after", EXAMPLES);

  command
    .command("list")
    .description("List the channels of an artifact with what they point to.")
    .argument(...ARTIFACT)
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async (artifact: string, { limit }, list: Command) => {
      await withClient(list, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.channels.list(artifact, page));
        output.result(items, () => printChannels(items, artifact, output));
      });
    })
    .addHelpText("after", EXAMPLES);

  withRules(command.command("create").description("Create a channel, which points nowhere at first."))
    .action(async (artifact: string, channel: string, options: Options, create: Command) => {
      await withClient(create, output, async (client) => {
        const there = await client.channels.get(artifact, channel).catch(noChannel);
        if (there) {
          throw new UsageError(
            `${channel} is there already; to change it: waybill channels describe ${artifact} ${channel}`,
          );
        }
        printChannel(await client.channels.put(artifact, channel, changeFrom(options)), output);
      });
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("show")
    .description("Show what a channel points to, who pointed it there and why.")
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .action(async (artifact: string, channel: string, _options, show: Command) => {
      printChannel(
        await withClient(show, output, (client) => client.channels.get(artifact, channel)),
        output,
      );
    })
    .addHelpText("after", EXAMPLES);

  withRules(command.command("describe").description("Change the description or the rules of a channel."))
    .option("--no-rules", "require nothing any more")
    .action(async (artifact: string, channel: string, options: Options, describe: Command) => {
      const change = changeFrom(options);
      if (Object.keys(change).length === 0) {
        throw new UsageError(
          "nothing to change; give --description, --require-type, --require-region, --after, --scope or --no-rules",
        );
      }
      await withClient(describe, output, async (client) => {
        const { rules } = await client.channels.get(artifact, channel);
        // What is not named stays as it is.
        const kept = options.rules === false ? {} : rules;
        const merged = change.rules && { ...change, rules: { ...kept, ...change.rules } };
        printChannel(await client.channels.put(artifact, channel, merged ?? change), output);
      });
    })
    .addHelpText("after", EXAMPLES);

  defineMoves(command, EXAMPLES, output);

  command
    .command("history")
    .description("List every assignment of a channel, newest first: which version, who, when and why.")
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async (artifact: string, channel: string, { limit }, history: Command) => {
      await withClient(history, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.channels.history(artifact, channel, page));
        output.result(items, () => printHistory(items, output));
      });
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("delete")
    .description("Delete a channel with its history; whoever reads it gets an error then.")
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .option("--yes", "do it")
    .action(async (artifact: string, channel: string, { yes }, remove: Command) => {
      confirmed(yes, `this deletes ${channel} of ${artifact} with its history`);
      await withClient(remove, output, (client) => client.channels.delete(artifact, channel));
      output.result({ deleted: channel }, () => output.line(`deleted ${channel} of ${artifact}`));
    })
    .addHelpText("after", EXAMPLES);
}

function withRules(command: Command): Command {
  return command
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .option("--description <text>", "what it is for")
    .option("--require-type <type>", "versions must have this artifact type; may be given again", repeated)
    .option(
      "--require-region <name>",
      "versions must have an image in this region; may be given again",
      repeated,
    )
    .option("--after <channel>", "versions must have been on this channel before")
    .addOption(
      new Option("--scope <scope>", "what a token needs to move it (default: promote)").choices([
        "publish",
        "promote",
      ]),
    );
}

function changeFrom(options: Options): { description?: string; rules?: ChannelRules } {
  const { description, requireType: types, requireRegion: regions, after, scope } = options;
  const rules: ChannelRules = {
    ...(types && { types }),
    ...(regions && { regions }),
    ...(after && { after }),
    ...(scope && { scope }),
  };
  const changed = options.rules === false || Object.keys(rules).length > 0;
  return {
    ...(description !== undefined && { description }),
    ...(changed && { rules }),
  };
}

function noChannel(error: unknown): undefined {
  if (error instanceof RegistryError && error.code === "channel_not_found") return undefined;
  throw error;
}
