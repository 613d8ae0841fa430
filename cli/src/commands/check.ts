import type { Command } from "commander";
import { dataOptions, OPERATING_HELP, operate } from "../operating.ts";
import type { Output } from "../output.ts";

const HELP = `
Looks whether everything fits together: the database itself, numbers without gaps, latest and channels, revocations,
search, documents and logs by their sums, and the bytes of files by their SHA-256. It changes nothing, and servers go on
meanwhile. Ends with 4 when something is wrong.
${OPERATING_HELP}
Examples:
  waybill check
  waybill check --quick --json
`;

export function define(command: Command, output: Output): void {
  dataOptions(command)
    .option("--quick", "look whether files are there with their sizes, and do not read them")
    .addHelpText("after", HELP)
    .action(async ({ quick = false, ...given }) => {
      const { checks, findings } = await operate(({ check }) =>
        check({ ...given, quick }, (line) => output.note(line)),
      );
      output.result({ checks, findings }, () => {
        if (findings.length === 0) return output.line(`all is well: ${checks.length} checks`);
        const rows = findings.map(({ check, place, found, problem }) => [check, place, found, problem]);
        output.table(["CHECK", "WHERE", "FOUND", "PROBLEM"], rows);
      });
      if (findings.length === 0) return;
      const wrong = findings.length === 1 ? "1 thing is wrong" : `${findings.length} things are wrong`;
      throw new Error(`${wrong} with the data; restore a backup, or ask for help with this list`);
    });
}
