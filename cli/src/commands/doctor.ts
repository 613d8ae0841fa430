import type { Command } from "commander";
import { settingsOf } from "../connect.ts";
import { diagnoseClient } from "../doctor.ts";
import { dataOptions, OPERATING_HELP, operate } from "../operating.ts";
import type { Output } from "../output.ts";

const HELP = `
Looks at what a server on this machine needs (settings, data directory, disk, database, files, certificate, port) and at
the way to the registry (address, proxy, clock, certificate, token). Each line says what is, and what to do about it.
It changes nothing. Ends with 4 when something is wrong; what is only a warning does not count.
${OPERATING_HELP}
Examples:
  waybill doctor
  waybill doctor --client --address https://waybill.example.com
`;

export function define(command: Command, output: Output): void {
  dataOptions(command)
    .option("--client", "only the way to the registry: no server is meant to run here")
    .addHelpText("after", HELP)
    .action(async ({ client = false, databaseUrl, dataDir, files }) => {
      const settings = settingsOf(command);
      const isChosen = Boolean(command.optsWithGlobals().address ?? process.env.WAYBILL_ADDRESS);
      const found = await operate(async (commands) => [
        ...(client ? [] : await commands.doctor({ databaseUrl, dataDir, files })),
        ...(await diagnoseClient(settings, isChosen, commands)),
      ]);
      const wrong = found.filter(({ state }) => state === "wrong").length;
      output.result({ found, wrong }, () => {
        const rows = found.map(({ state, subject, says, advice }) => [state, subject, says, advice]);
        output.table(["STATE", "WHAT", "SAYS", "TO DO"], rows);
      });
      if (wrong > 0) throw new Error(wrong === 1 ? "1 thing is wrong" : `${wrong} things are wrong`);
    });
}
