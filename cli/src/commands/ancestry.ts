import type { Ancestry, OutOfDate, RegistryClient, Relative } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import { ARTIFACT, positiveInteger, VERSION, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";
import { type Branch, drawTree } from "../tree.ts";

const HELP = `
Without a version it shows the latest. --out-of-date lists what to rebuild, of one artifact, or of all (--namespace
narrows that): versions whose parent is not what its channel points to now or, where no channel is known, not the newest.
It ends with 1 when nothing is to rebuild; a registry that is away (3) or refuses (4) never looks like that.

Examples:
  waybill ancestry hashicorp/web
  waybill ancestry hashicorp/base 7 --direction down
  waybill ancestry hashicorp/web --channel production
  waybill ancestry --out-of-date --namespace hashicorp
  waybill ancestry hashicorp/web --out-of-date && packer build web.pkr.hcl
`;

type Options = {
  channel?: string;
  direction?: "up" | "down" | "both";
  depth?: number;
  outOfDate?: boolean;
  limit: number;
};

export function define(command: Command, output: Output): void {
  command
    .argument("[artifact]", ARTIFACT[1])
    .argument("[version]", VERSION[1])
    .option("--channel <channel>", "of the version that this channel points to")
    .addOption(
      new Option("--direction <way>", "parents, children, or both (default)").choices(["up", "down", "both"]),
    )
    .option("--depth <count>", "how many generations", positiveInteger)
    .option("--out-of-date", "list what to rebuild")
    .option("--limit <count>", "how many to list at most", positiveInteger, DEFAULT_LIMIT)
    .addHelpText("after", HELP)
    .action(async (artifact: string | undefined, version: string | undefined, options: Options) => {
      const { channel, direction, depth } = options;
      if (options.outOfDate) return listOutOfDate(command, artifact, version, options, output);
      if (!artifact) throw new UsageError("the artifact is missing; only --out-of-date goes without one");
      if (version !== undefined && channel !== undefined) {
        throw new UsageError("a version and --channel cannot be given together; choose one");
      }
      await withClient(command, output, async (client) => {
        const reference =
          version === undefined
            ? await pointedAt(client, artifact, channel ?? "latest")
            : versionReference(version);
        const ancestry = await client.lineage.of(artifact, reference, { direction, depth });
        output.result(ancestry, () => printTree(ancestry, direction, output));
      });
    });
}

async function pointedAt(client: RegistryClient, artifact: string, channel: string): Promise<number> {
  const { version } = await client.channels.get(artifact, channel);
  if (version) return version.number;
  throw new NoneError(`${channel} of ${artifact} points nowhere`);
}

async function listOutOfDate(
  command: Command,
  artifact: string | undefined,
  version: string | undefined,
  { limit }: Options,
  output: Output,
): Promise<void> {
  if (version !== undefined)
    throw new UsageError("--out-of-date looks at the latest version of each artifact");
  await withClient(command, output, async (client, settings) => {
    const filter = artifact === undefined ? { namespace: settings.namespace } : { artifact };
    const items = await upTo(limit, output, (page) => client.lineage.outOfDate({ ...filter, ...page }));
    if (items.length === 0) {
      // A name that is wrong must not look like one whose images are all up to date.
      if (artifact !== undefined) await client.getArtifact(artifact);
      throw new NoneError("nothing is out of date");
    }
    output.result(items, () => printOutOfDate(items, output));
  });
}

function printOutOfDate(items: OutOfDate[], output: Output): void {
  const rows = items.map(({ artifact, number, parent, newer, channel }) => {
    return [artifact, number, `${parent.artifact} ${parent.number}`, newer, channel];
  });
  output.table(["ARTIFACT", "VERSION", "BUILT FROM", "NOW THERE IS", "CHANNEL"], rows);
}

function printTree(ancestry: Ancestry, direction: Options["direction"], output: Output): void {
  const { artifact, number, parents, children, hidden, truncated } = ancestry;
  const up = parents.map((parent) => branchOf(parent, "parents"));
  const down = children.map((child) => branchOf(child, "children"));
  const branches = [
    ...(up.length > 0 ? [{ text: "built from", branches: up }] : []),
    ...(down.length > 0 ? [{ text: "built into", branches: down }] : []),
  ];
  for (const line of drawTree({ text: `${artifact} ${number}`, branches })) output.line(line);
  if (branches.length === 0) {
    const what = { up: "no parents", down: "no children", both: "neither parents nor children" };
    output.note(`${what[direction ?? "both"]} are known`);
  }
  if (hidden > 0) output.note(`${hidden} more are where this token may not read`);
  if (truncated) output.note("there are more; see them with --depth and --direction, or from further down");
}

function branchOf(relative: Relative, way: "parents" | "children"): Branch {
  const { artifact, number, semver, via, channel, out_of_date, newer } = relative;
  const marks = [
    channel !== null && `channel ${channel}`,
    via === "source_image" && "found by its image",
    out_of_date && `out of date: ${newer ?? "another"} is there`,
    relative.revoked && "revoked",
    relative.deleted && "deleted",
    relative.repeated && "see above",
  ].filter(Boolean);
  const name = `${artifact} ${number}${semver ? ` (${semver})` : ""}`;
  return {
    text: marks.length > 0 ? `${name}  [${marks.join("; ")}]` : name,
    branches: (relative[way] ?? []).map((next) => branchOf(next, way)),
  };
}
