import type { Replay, WebhookChange } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import { confirmed, pointInTime, positiveInteger, repeated } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";
import { show, showAttempts, showDeliveries, showWebhooks } from "../webhook-output.ts";

const NAME = ["<name>", "name of the webhook"] as const;
const HELP = `
A webhook sends events: as signed JSON (Standard Webhooks), to Slack, or as e-mail. Without --event it sends what people
want to know: version.completed, channel.assigned and revocation.effective. The secret is shown once, when it is made.

Examples:
  waybill webhooks create deployer --url https://ci.example.com/hooks/waybill --event channel.assigned
  waybill webhooks create chat --slack --url https://hooks.slack.com/services/T0/B0/x --artifact hashicorp
  waybill webhooks create mail --email --to web-team@example.com --artifact hashicorp/web
  waybill webhooks test deployer
  waybill webhooks deliveries deployer --state failed
  waybill webhooks replay deployer --since 2026-01-31
  waybill webhooks rotate-secret deployer --overlap 24
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);
  const sub = (name: string, description: string) =>
    command.command(name).description(description).addHelpText("after", HELP);

  choices(sub("create", "Have events sent somewhere.").argument(...NAME))
    .addOption(new Option("--slack", "as messages for Slack, or what speaks like it").conflicts("email"))
    .option("--email", "as e-mail")
    .action(async (name: string, { slack, email, ...options }, create: Command) => {
      const format = slack ? "slack" : email ? "email" : "standard";
      const body = { name, format, ...chosen(options) } as const;
      const webhook = await withClient(create, output, (client) => client.webhooks.create(body));
      output.result(webhook, () => {
        show(webhook, output);
        if (webhook.secret !== null) output.facts({ "secret (shown once)": webhook.secret });
      });
    });

  sub("list", "List webhooks.")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async ({ limit }, list: Command) => {
      await withClient(list, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.webhooks.list(page));
        output.result(items, () => showWebhooks(items, output));
      });
    });

  sub("show", "Show a webhook, and how it fares.")
    .argument(...NAME)
    .action(async (name: string, _options, shown: Command) => {
      const webhook = await withClient(shown, output, (client) => client.webhooks.get(name));
      output.result(webhook, () => show(webhook, output));
    });

  choices(sub("change", "Change, disable or enable a webhook.").argument(...NAME))
    .addOption(new Option("--enable", "begin again").conflicts("disable"))
    .option("--disable", "send nothing any more")
    .action(async (name: string, { enable, disable, ...options }, change: Command) => {
      const body: WebhookChange = {
        ...chosen(options),
        ...((enable || disable) && { enabled: enable === true }),
      };
      if (Object.keys(body).length === 0)
        throw new UsageError("say what to change; --help lists what there is");
      const webhook = await withClient(change, output, (client) => client.webhooks.change(name, body));
      output.result(webhook, () => show(webhook, output));
    });

  sub("delete", "Delete a webhook with its deliveries.")
    .argument(...NAME)
    .option("--yes", "do it")
    .action(async (name: string, { yes }, remove: Command) => {
      confirmed(yes, `this deletes ${name} and what it has not delivered`);
      await withClient(remove, output, (client) => client.webhooks.delete(name));
      output.result({ deleted: name }, () => output.line(`deleted ${name}`));
    });

  sub("test", "Send a test at once, and say what became of it.")
    .argument(...NAME)
    .action(async (name: string, _options, test: Command) => {
      const attempt = await withClient(test, output, (client) => client.webhooks.test(name));
      output.result(attempt, () => {
        const { status, milliseconds, error, answer } = attempt;
        output.facts({ delivered: error === null ? "yes" : "no", error, status, answer, milliseconds });
      });
      if (attempt.error !== null) throw new Error("the test was not delivered");
    });

  sub("deliveries", "List what was sent, and what became of it.")
    .argument(...NAME)
    .addOption(new Option("--state <state>", "only these").choices(["waiting", "delivered", "failed"]))
    .option("--id <delivery>", "this one, with every attempt")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async (name: string, { state, id, limit }, deliveries: Command) => {
      await withClient(deliveries, output, async (client) => {
        if (id !== undefined) {
          const delivery = await client.webhooks.delivery(name, id);
          output.result(delivery, () => showAttempts(delivery, output));
          return;
        }
        const ask = (page: object) => client.webhooks.deliveries(name, { ...page, state });
        const items = await upTo(limit, output, ask);
        output.result(items, () => showDeliveries(items, output));
      });
    });

  sub("replay", "Deliver again: one delivery, or what was not delivered since a moment.")
    .argument(...NAME)
    .option("--delivery <id>", "this one, whatever became of it")
    .addOption(new Option("--since <time>", "events from this moment on").argParser(pointInTime))
    .addOption(new Option("--until <time>", "events before this moment").argParser(pointInTime))
    .option("--delivered", "also what was delivered")
    .action(async (name: string, body: Replay, replay: Command) => {
      if ((body.delivery === undefined) === (body.since === undefined)) {
        throw new UsageError("give either --delivery or --since");
      }
      const replayed = await withClient(replay, output, (client) => client.webhooks.replay(name, body));
      output.result({ replayed }, () => output.line(`${replayed} to be delivered`));
    });

  sub("rotate-secret", "Make a new secret; the earlier one signs, too, for a while.")
    .argument(...NAME)
    .option("--overlap <hours>", "for how long", hours, 24)
    .action(async (name: string, { overlap }, rotate: Command) => {
      const made = await withClient(rotate, output, (client) => client.webhooks.rotateSecret(name, overlap));
      output.result(made, () =>
        output.facts({ "secret (shown once)": made.secret, "earlier ones sign until": made.earlier_until }),
      );
    });
}

/** What both making and changing a webhook may say. */
function choices(command: Command): Command {
  return command
    .option("--url <url>", "where to")
    .option("--to <address>", "who gets the e-mail; repeatable", repeated)
    .option("--event <action>", "what is sent: version.completed, channel.*, * ...; repeatable", repeated)
    .option(
      "--artifact <pattern>",
      "of which artifacts: hashicorp, team/web-* ... (default: all); repeatable",
      repeated,
    )
    .option("--description <text>", "what it is for");
}

type Choices = { url?: string; to?: string[]; event?: string[]; artifact?: string[]; description?: string };

function chosen({ url, to, event, artifact, description }: Choices) {
  return {
    ...(url !== undefined && { url }),
    ...(to && { recipients: to }),
    ...(event && { events: event }),
    ...(artifact && { artifacts: artifact }),
    ...(description !== undefined && { description }),
  };
}

function hours(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new UsageError(`--overlap takes whole hours, not "${text}"`);
  return Number(text);
}
