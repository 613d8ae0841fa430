import type { Command } from "commander";
import { ARTIFACT, VERSION, versionReference } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError } from "../failures.ts";
import type { Output } from "../output.ts";
import { stateText } from "../revocation-output.ts";

const HELP = `
Takes back what \`waybill revoke\` did to this version, and exactly what its descendants have from it. A version that
is revoked because of an ancestor stays so until that one is taken back. Ends with 1 when the version was not revoked
itself.

Example:
  waybill unrevoke hashicorp/base 7 --reason "the scanner was wrong"
`;

export function define(command: Command, output: Output): void {
  command
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option("--reason <text>", "why; kept with the event")
    .addHelpText("after", HELP)
    .action(async (artifact: string, version: string, { reason }) => {
      const reference = versionReference(version);
      await withClient(command, output, async (client) => {
        // Taking back what was not revoked is no error to the registry, but whoever mistyped a number must learn of it.
        const before = await client.revocations.get(artifact, reference);
        if (!before.causes.some(({ own }) => own)) {
          const inherited = before.revoked_at === null ? "" : ` itself; it ${stateText(before)}`;
          throw new NoneError(`${before.artifact} ${before.number} was not revoked${inherited}`);
        }
        const state = await client.revocations.unrevoke(artifact, reference, reason);
        const { number, revoked_at } = state;
        const still = revoked_at === null ? "" : `, which still ${stateText(state)}`;
        output.result(state, () => output.line(`unrevoked ${state.artifact} ${number}${still}`));
      });
    });
}
