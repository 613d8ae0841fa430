import type { Retention, RetentionResult } from "@waybill/registry-client";
import type { Command } from "commander";
import { ARTIFACT, confirmed, positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const KEEP = ["--keep <count>", "how many of the newest versions stay", positiveInteger] as const;
const DAYS = [
  "--days <count>",
  "how many days a version stays after it was last needed",
  positiveInteger,
] as const;

const HELP = `
A policy keeps the newest versions (--keep) and everything younger than so many days (--days). What a channel points to,
or pointed to within these days, what was resolved within them, and what something that stays was built from, always
stays. Once set, it is applied every day. Numbers of deleted versions are never given again.

Examples:
  waybill retention set hashicorp/web --keep 20 --days 90
  waybill retention set hashicorp/web --none
  waybill retention show hashicorp/web
  waybill retention preview hashicorp/web --keep 5 --days 30
  waybill retention apply hashicorp/web --yes
`;

type Policy = { keep?: number; days?: number };

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("show")
    .description("Show the policy of an artifact.")
    .argument(...ARTIFACT)
    .action(async (artifact: string, _options, show: Command) => {
      const { retention } = await withClient(show, output, (client) => client.getArtifact(artifact));
      printPolicy(retention, artifact, output);
    })
    .addHelpText("after", HELP);

  command
    .command("set")
    .description("Set the policy of an artifact, which is applied every day from then on.")
    .argument(...ARTIFACT)
    .option(...KEEP)
    .option(...DAYS)
    .option("--none", "delete nothing any more")
    .action(async (artifact: string, { keep, days, none }: Policy & { none?: boolean }, set: Command) => {
      const policy = policyFrom(keep, days, none);
      const { retention } = await withClient(set, output, (client) =>
        client.putArtifact(artifact, { retention: policy }),
      );
      printPolicy(retention, artifact, output);
    })
    .addHelpText("after", HELP);

  command
    .command("preview")
    .description("Show which versions would stay and which would go, and why; deletes nothing.")
    .argument(...ARTIFACT)
    .option(...KEEP)
    .option(...DAYS)
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async (artifact: string, options: Policy & { limit: number }, preview: Command) => {
      await run(preview, artifact, { ...options, dry_run: true }, output);
    })
    .addHelpText("after", HELP);

  command
    .command("apply")
    .description("Delete what the policy does not keep.")
    .argument(...ARTIFACT)
    .option(...KEEP)
    .option(...DAYS)
    .option("--yes", "do it")
    .action(async (artifact: string, { yes, ...policy }: Policy & { yes?: boolean }, apply: Command) => {
      confirmed(
        yes,
        `this deletes versions of ${artifact}; see which with: waybill retention preview ${artifact}`,
      );
      await run(apply, artifact, { ...policy, dry_run: false, limit: Number.MAX_SAFE_INTEGER }, output);
    })
    .addHelpText("after", HELP);
}

async function run(
  command: Command,
  artifact: string,
  { limit, ...request }: Policy & { dry_run: boolean; limit: number },
  output: Output,
): Promise<void> {
  await withClient(command, output, async (client) => {
    const decisions = await upTo(limit, output, async (page) => {
      const { versions, next_cursor } = await client.retain(artifact, { ...request, ...page });
      return { items: versions, next_cursor };
    });
    output.result(decisions, () => printDecisions(decisions, request.dry_run, output));
  });
}

function policyFrom(keep?: number, days?: number, none?: boolean): Retention | null {
  if (none && keep === undefined && days === undefined) return null;
  if (!none && keep !== undefined && days !== undefined) return { keep, days };
  throw new UsageError("give --keep and --days, or --none");
}

function printPolicy(retention: Retention | null, artifact: string, output: Output): void {
  output.result(retention, () => {
    if (retention) output.facts({ artifact, keep: retention.keep, days: retention.days });
    else output.note(`${artifact} has no policy, so nothing of it is deleted by itself`);
  });
}

function printDecisions(decisions: RetentionResult["versions"], preview: boolean, output: Output): void {
  const verb = preview ? "goes" : "deleted";
  const rows = decisions.map(({ number, semver, completed_at, keep, reasons }) => {
    return [number, semver, completed_at, keep ? "stays" : verb, reasons.join(" ")];
  });
  if (rows.length > 0) output.table(["VERSION", "SEMVER", "COMPLETED", "WHAT", "WHY"], rows);
  const gone = decisions.filter(({ keep }) => !keep).length;
  output.note(`${gone} of ${decisions.length} versions ${preview ? "would go" : "were deleted"}`);
}
