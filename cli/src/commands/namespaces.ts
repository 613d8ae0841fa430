import type { Namespace, NamespaceChange } from "@waybill/registry-client";
import { type Command, InvalidArgumentError, Option } from "commander";
import { positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const NAME = ["<name>", "name of the namespace"] as const;
const UNITS = ["", "k", "M", "G", "T"];

const HELP = `
With anonymous read, everybody who reaches the registry may read the artifacts of a namespace, without a token.
A quota is how many bytes the files of a namespace may have: 500MB, 10GiB, none. It is set by an admin of everything.

Examples:
  waybill namespaces list
  waybill namespaces set hashicorp --description "Images of the platform team"
  waybill namespaces set public --anonymous-read yes
  waybill namespaces set hashicorp --quota 200GB
`;

type Change = { description?: string; anonymousRead?: "yes" | "no"; quota?: { bytes: number | null } };

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("list")
    .description("List the namespaces that you may read all of.")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async ({ limit }, list: Command) => {
      await withClient(list, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.namespaces.list(page));
        output.result(items, () => {
          const rows = items.map(({ namespace, anonymous_read, used_bytes, quota_bytes, description }) => {
            return [namespace, anonymous_read ? "everybody" : "tokens", used_bytes, quota_bytes, description];
          });
          output.table(["NAMESPACE", "READ BY", "USED", "QUOTA", "DESCRIPTION"], rows);
        });
      });
    })
    .addHelpText("after", HELP);

  command
    .command("show")
    .description("Show a namespace.")
    .argument(...NAME)
    .action(async (name: string, _options, show: Command) => {
      printOne(await withClient(show, output, (client) => client.namespaces.get(name)), output);
    })
    .addHelpText("after", HELP);

  command
    .command("set")
    .description("Make a namespace, or change what is given.")
    .argument(...NAME)
    .option("--description <text>", "what it is for")
    .addOption(
      new Option("--anonymous-read <answer>", "whether everybody may read it").choices(["yes", "no"]),
    )
    .option("--quota <size>", "how many bytes its files may have", size)
    .action(async (name: string, options: Change, set: Command) => {
      const change = changeFrom(options);
      printOne(await withClient(set, output, (client) => client.namespaces.put(name, change)), output);
    })
    .addHelpText("after", HELP);
}

function changeFrom({ description, anonymousRead, quota }: Change): NamespaceChange {
  if (description === undefined && !anonymousRead && !quota) {
    throw new UsageError("nothing to change; give --description, --anonymous-read or --quota");
  }
  return {
    ...(description !== undefined && { description: description === "" ? null : description }),
    ...(anonymousRead && { anonymous_read: anonymousRead === "yes" }),
    ...(quota && { quota_bytes: quota.bytes }),
  };
}

function printOne(namespace: Namespace, output: Output): void {
  const { anonymous_read, ...facts } = namespace;
  output.result(namespace, () =>
    output.facts({ ...facts, read_by: anonymous_read ? "everybody" : "tokens" }),
  );
}

function size(text: string): { bytes: number | null } {
  if (text === "none") return { bytes: null };
  const [, amount, unit = "", binary] = /^(\d{1,6})(?:([kMGT]?)(i?)B)?$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError("Write a size such as 500MB or 10GiB, or none.");
  return { bytes: Number(amount) * (binary ? 1024 : 1000) ** UNITS.indexOf(unit) };
}
