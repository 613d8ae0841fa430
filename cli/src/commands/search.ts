import type { SearchFilter, VersionSummary } from "@waybill/registry-client";
import type { Command } from "commander";
import { pair, pointInTime, positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";

const HELP = `
Finds complete versions of all artifacts, the newest first; --namespace narrows that. All that is given has to fit.
Words are looked for at the beginnings of words in the names of artifacts and builds, in descriptions, semantic versions
and the values of labels. It ends with 1 when nothing fits.

Examples:
  waybill search "web nginx"
  waybill search --external-id ami-0c2a4e5f6a7b8c9d0
  waybill search --commit 4f2a9c1 --type amazon.ami --region us-east-1
  waybill search --label os=debian-13 --since 2026-01-01 --json | jq -r '.[].fingerprint'
`;

type Options = {
  label?: Record<string, string>;
  type?: string;
  platform?: string;
  region?: string;
  externalId?: string;
  fingerprint?: string;
  commit?: string;
  since?: string;
  until?: string;
  limit: number;
};

export function define(command: Command, output: Output): void {
  command
    .argument("[text]", "words, or beginnings of words")
    .option("--label <key=value>", "with this label; may be given again", pair)
    .option("--type <type>", "with a build of this artifact type, such as amazon.ami")
    .option("--platform <name>", "with an image on this platform, such as aws")
    .option("--region <name>", "with an image in this region")
    .option("--external-id <id>", "with this image: what is ami-123?")
    .option("--fingerprint <text>", "published under this fingerprint")
    .option("--commit <sha>", "built from this git commit; its beginning is enough")
    .option("--since <time>", "completed at or after this day or time", pointInTime)
    .option("--until <time>", "completed before this day or time", pointInTime)
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .addHelpText("after", HELP)
    .action(async (text: string | undefined, options: Options) => {
      const { label: labels, externalId: external_id, limit, ...rest } = options;
      const filter: SearchFilter = { q: text, labels, external_id, ...rest };
      if (Object.values(filter).every((value) => value === undefined)) {
        throw new UsageError("nothing to look for; give words, or an option such as --external-id");
      }
      await withClient(command, output, async (client, { namespace }) => {
        const items = await upTo(limit, output, (page) => client.search({ ...filter, namespace, ...page }));
        if (items.length === 0) throw new NoneError("nothing fits");
        output.result(items, () => print(items, output));
      });
    });
}

function print(items: VersionSummary[], output: Output): void {
  const rows = items.map(({ artifact, number, semver, fingerprint, completed_at, description }) => {
    return [artifact, number, semver, fingerprint, completed_at, description];
  });
  output.table(["ARTIFACT", "VERSION", "SEMVER", "FINGERPRINT", "COMPLETED", "DESCRIPTION"], rows);
}
