import type { Command } from "commander";
import { withClient } from "../connect.ts";
import type { Output } from "../output.ts";

const HELP = `
Asks once and ends with 0 when it runs, 3 when it does not answer: for the health checks of containers and load balancers.
It needs no token. Whether everything is as it should be is for \`waybill doctor\` to say.

Example:
  waybill health
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP).action(async () => {
    const health = await withClient(command, output, (client) => client.health(), { retries: 0 });
    output.result(health, () => output.line(`waybill ${health.version} runs`));
  });
}
