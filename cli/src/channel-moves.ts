import { type Channel, type RegistryClient, RegistryError } from "@waybill/registry-client";
import type { Command } from "commander";
import { ARTIFACT, CHANNEL, DIGITS_ONLY, positiveInteger, VERSION, versionReference } from "./arguments.ts";
import { withClient } from "./connect.ts";
import type { Output } from "./output.ts";

const REASON = ["--reason <text>", "why; kept in the channel's history"] as const;

/** The commands that change what a channel points to. */
export function defineMoves(command: Command, examples: string, output: Output): void {
  command
    .command("assign")
    .description("Point a channel at a version.")
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .argument(...VERSION)
    .option(...REASON)
    .action(async (artifact: string, channel: string, version: string, { reason }, assign: Command) => {
      const reference = versionReference(version);
      await withClient(assign, output, async (client) => {
        const number =
          typeof reference === "number" ? reference : await numberOf(client, artifact, reference);
        await move(client, { artifact, channel }, output, (ifUnchanged) =>
          client.channels.put(artifact, channel, { version: number, ...because(reason) }, { ifUnchanged }),
        );
      });
    })
    .addHelpText("after", `${DIGITS_ONLY}${examples}`);

  command
    .command("clear")
    .description("Point a channel at nothing; whoever reads it gets an error then.")
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .option(...REASON)
    .action(async (artifact: string, channel: string, { reason }, clear: Command) => {
      await withClient(clear, output, (client) =>
        move(client, { artifact, channel }, output, (ifUnchanged) =>
          client.channels.put(artifact, channel, { version: null, ...because(reason) }, { ifUnchanged }),
        ),
      );
    })
    .addHelpText("after", examples);

  command
    .command("promote")
    .description("Point a channel at what another one points to.")
    .argument(...ARTIFACT)
    .argument("<from-channel>", "the channel that has the version")
    .argument("<to-channel>", "the channel that gets it")
    .option(...REASON)
    .action(async (artifact: string, from: string, to: string, { reason }, promote: Command) => {
      await withClient(promote, output, (client) =>
        move(client, { artifact, channel: to }, output, (ifUnchanged) =>
          client.channels.promote(artifact, to, { from, ...because(reason) }, { ifUnchanged }),
        ),
      );
    })
    .addHelpText("after", examples);

  command
    .command("rollback")
    .description(
      "Go back to the version that the channel had before the present one; revoked ones are skipped.",
    )
    .argument(...ARTIFACT)
    .argument(...CHANNEL)
    .option("--to <number>", "go to this version instead", positiveInteger)
    .option(...REASON)
    .action(async (artifact: string, channel: string, { to, reason }, rollback: Command) => {
      await withClient(rollback, output, (client) =>
        move(client, { artifact, channel }, output, async (ifUnchanged) => {
          const body = { ...(to !== undefined && { to }), ...because(reason) };
          const done = await client.channels.rollback(artifact, channel, body, { ifUnchanged });
          for (const { number, reason } of done.skipped) output.note(`skipped ${number}: ${reason}`);
          return done.channel;
        }),
      );
    })
    .addHelpText("after", examples);
}

/** Reads the channel, moves it only if nobody else did meanwhile, and says from where to where it went. */
async function move(
  client: RegistryClient,
  { artifact, channel }: { artifact: string; channel: string },
  output: Output,
  action: (ifUnchanged: Channel) => Promise<Channel>,
): Promise<void> {
  const before = await client.channels.get(artifact, channel);
  const after = await action(before).catch((error) => {
    throw movedMeanwhile(error, before);
  });
  output.result(after, () => {
    const [was, is] = [before, after].map(({ version }) => version?.number ?? "nothing");
    const step = was === is ? `stays at ${is}` : `${was} -> ${is}`;
    output.line(`${after.name} of ${after.artifact}: ${step}`);
  });
}

/** For the refusal of a move that somebody else's came before: the same, saying who moved it where. */
function movedMeanwhile(error: unknown, before: Channel): unknown {
  const now = error instanceof RegistryError ? (error.problem?.channel as Channel | undefined) : undefined;
  if (!(error instanceof RegistryError) || error.code !== "precondition_failed" || !now) return error;
  const who = now.assigned_by ?? "somebody";
  const where = now.version ? `version ${now.version.number}` : "nothing";
  const when = now.assigned_at ? ` at ${now.assigned_at}` : "";
  const why = now.reason ? ` (${now.reason})` : "";
  const what =
    now.version?.number === before.version?.number
      ? `was changed${when} by ${who}${why}, and is at ${where}`
      : `was moved to ${where}${when} by ${who}${why}`;
  const { code, status, problem } = error;
  return new RegistryError(
    "refused",
    `${now.name} ${what} meanwhile; nothing was done, look at it and try again`,
    { code, status, ...(problem && { problem }) },
  );
}

async function numberOf(
  client: RegistryClient,
  artifact: string,
  reference: `fingerprint:${string}`,
): Promise<number> {
  const { number } = await client.getVersion(artifact, reference);
  if (number !== null) return number;
  const sentence = `the version ${reference} is not complete, so no channel can point at it`;
  throw new RegistryError("refused", sentence, { code: "version_incomplete", status: 409 });
}

function because(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}
