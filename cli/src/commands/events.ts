import { once } from "node:events";
import type { Event_ } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import { pointInTime, positiveInteger, repeated } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const HELP = `
Whoever may read an artifact sees its events; those about no artifact, such as tokens and webhooks, are for admin on *.
An action is one such as version.completed, or all of a kind: version.*. Artifacts are named as in scopes: hashicorp,
hashicorp/web, team/web-*. --export and --follow write one JSON value per line; an export with --after has what came
after that event, so nothing is there twice.

Examples:
  waybill events --artifact hashicorp/web --action version.completed
  waybill events --actor ci-web --since 2026-01-01
  waybill events --follow
  waybill events --export > audit.jsonl
  waybill events --export --after "$(tail -1 audit.jsonl | jq .id)" >> audit.jsonl
`;

export function define(command: Command, output: Output): void {
  command
    .option("--artifact <pattern>", "an artifact, a namespace, or either with * at its end")
    .option("--actor <name>", "who did it: the name of a token")
    .option("--action <action>", "what was done; repeatable", repeated)
    .addOption(new Option("--since <time>", "from this moment on").argParser(pointInTime))
    .addOption(new Option("--until <time>", "before this moment").argParser(pointInTime))
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .option("--follow", "write events as they happen, until it is interrupted")
    .option("--export", "write all events, the oldest first")
    .option("--after <id>", "with --export or --follow: only what came after this event", eventId)
    .addHelpText("after", HELP)
    .action(async ({ follow, export: exports, limit, after, ...filter }) => {
      if (follow && exports) throw new UsageError("give either --follow or --export");
      if (after !== undefined && !follow && !exports) {
        throw new UsageError("--after is for --follow and --export");
      }
      if (follow && (filter.since ?? filter.until) !== undefined) {
        throw new UsageError(
          "--follow begins now, or after the event that --after names; leave --since and --until out",
        );
      }
      await withClient(command, output, async (client) => {
        if (follow) {
          for await (const event of client.events.follow(filter, after))
            await write(`${JSON.stringify(event)}\n`);
        } else if (exports) {
          for await (const chunk of await client.events.export({ ...filter, after })) await write(chunk);
        } else {
          const items = await upTo(limit, output, (page) => client.events.list({ ...filter, ...page }));
          output.result(items, () => print(items, output));
        }
      });
    });
}

function eventId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--after takes the id of an event, not "${text}"`);
  return Number(text);
}

/** Waits for whoever reads, so that an export of any length is never in memory. */
async function write(chunk: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
}

function print(items: Event_[], output: Output): void {
  if (items.length === 0) {
    output.note("there is no such event");
    return;
  }
  const rows = items.map((event) => {
    const { id, at, actor, action, artifact, number, fingerprint, detail } = event;
    const what = [artifact, number ?? fingerprint].filter((part) => part !== null).join(" ");
    return [id, at, actor, action, what, about(detail), detail.reason];
  });
  output.table(["ID", "TIME", "ACTOR", "ACTION", "VERSION", "ABOUT", "REASON"], rows);
}

/** The channel, build, token, webhook ... that an event is about. */
function about({ before = {}, after = {} }: Event_["detail"]): string | undefined {
  const names = [after.channel, after.name, after.build, before.channel, before.name, before.build];
  return names.find((name) => typeof name === "string") as string | undefined;
}
