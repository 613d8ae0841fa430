import type { Command } from "commander";
import { ARTIFACT, VERSION, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import type { Output } from "../output.ts";
import { revocationText } from "../revocation-output.ts";

const HELP = `
Takes back what \`waybill revoke\` did to this version, and exactly what its descendants have from it. A version that
is revoked because of an ancestor stays so until that ancestor is restored.

Example:
  waybill restore hashicorp/base 7 --reason "the scanner was wrong"
`;

export function define(command: Command, output: Output): void {
  command
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option("--reason <text>", "why; kept with the event")
    .allowExcessArguments(false)
    .addHelpText("after", HELP)
    .action(async (artifact: string, version: string, { reason }) => {
      const reference = versionReference(version);
      await withClient(command, output, async (client) => {
        await client.revocations.restore(artifact, reference, reason);
        const { revocation } = await client.getVersion(artifact, reference);
        output.result({ restored: version, revocation }, () =>
          output.line(
            revocation
              ? `restored ${artifact} ${version}, which ${revocationText(revocation)}`
              : `restored ${artifact} ${version}`,
          ),
        );
      });
    });
}
