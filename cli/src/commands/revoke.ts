import type { RevocationPreview, Revoke } from "@waybill/registry-client";
import type { Command } from "commander";
import { ARTIFACT, confirmed, pointInTime, VERSION, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { printPreview, printRevoked } from "../revocation-output.ts";
import { agrees, isInteractive } from "../terminal.ts";

const HELP = `
Revoking marks a version: do not use it any more. What is resolved does not change by it and no channel moves, unless
--rollback-channels is given; readers get an error that names the reason, or what their on_revoked says.
On a terminal it shows first what that touches and asks; scripts write --yes.

Examples:
  waybill revoke hashicorp/base 7 --preview
  waybill revoke hashicorp/base 7 --reason "CVE-2026-1234 in openssl"
  waybill revoke hashicorp/base 7 --reason "CVE-2026-1234" --with-descendants --rollback-channels --yes
  waybill revoke hashicorp/base 7 --reason "support ends" --at 2026-12-31 --yes
`;

type Options = {
  reason?: string;
  at?: string;
  withDescendants?: boolean;
  rollbackChannels?: boolean;
  preview?: boolean;
  yes?: boolean;
};

export function define(command: Command, output: Output): void {
  command
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option("--reason <text>", "why; readers see it")
    .option("--at <time>", "from then on: 2026-12-31 (in UTC) or 2026-12-31T18:00:00+01:00", pointInTime)
    .option("--with-descendants", "also what was built from it, now and later, in the same namespace")
    .option("--rollback-channels", "also roll back the channels that point at what is revoked")
    .option("--preview", "only show what it would touch; changes nothing")
    .option("--yes", "do it without asking")
    .addHelpText("after", HELP)
    .action(async (artifact: string, version: string, options: Options) => {
      const reference = versionReference(version);
      const { reason, preview, yes } = options;
      if (!preview) checkComplete(options, `${artifact} ${version}`, output);
      await withClient(command, output, async (client) => {
        const look = () =>
          client.revocations.preview(artifact, reference, {
            ...(options.withDescendants && { with_descendants: true }),
          });
        if (preview) return printPreview(await look(), output);
        if (!yes && !(await personAgrees(await look(), artifact, version, output))) {
          return output.note("nothing was done");
        }
        const body = requestBody(reason ?? "", options);
        printRevoked(await client.revocations.revoke(artifact, reference, body), output);
      });
    });
}

function checkComplete({ reason, at, rollbackChannels, yes }: Options, what: string, output: Output): void {
  if (at && rollbackChannels) {
    throw new UsageError(
      "--rollback-channels cannot wait: it goes without --at, now or when the time has come",
    );
  }
  if (!reason) throw new UsageError("--reason is missing: why it must not be used any more");
  if (output.json || !isInteractive())
    confirmed(yes, `this revokes ${what}; --preview shows what that touches`);
}

async function personAgrees(
  preview: RevocationPreview,
  artifact: string,
  version: string,
  output: Output,
): Promise<boolean> {
  printPreview(preview, output);
  return agrees(`Revoke ${artifact} ${version}?`);
}

function requestBody(reason: string, { at, withDescendants, rollbackChannels }: Options): Revoke {
  return {
    reason,
    ...(at && { at }),
    ...(withDescendants && { with_descendants: true }),
    ...(rollbackChannels && { rollback_channels: true }),
  };
}
