import type { Command } from "commander";
import { UsageError } from "../failures.ts";
import { countsText, dataOptions, OPERATING_HELP, operate } from "../operating.ts";
import type { Output } from "../output.ts";

const HELP = `
Makes a registry of what \`waybill backup\` wrote, where there is none: a SQLite file that does not exist, or an empty
PostgreSQL database. All is compared with the sums of the archive before it is put in place, so that after a failure
there is nothing. An archive of an earlier Waybill is brought up to date; one of a newer Waybill is refused.
With - as file it comes from standard input. To take back what \`waybill revoke\` did: waybill unrevoke.
${OPERATING_HELP}
Examples:
  waybill restore waybill-2026-11-22.tar --dry-run
  waybill restore waybill-2026-11-22.tar --data-dir /var/lib/waybill
`;

export function define(command: Command, output: Output): void {
  dataOptions(command)
    .argument("<file>", "what waybill backup wrote, or - for standard input")
    .option("--dry-run", "only read the archive and compare it with its sums")
    .allowExcessArguments()
    .addHelpText("after", HELP)
    .action(async (file: string, { dryRun = false, ...given }) => {
      const [, version] = command.args;
      if (version !== undefined) {
        throw new UsageError(
          `restore takes a backup; to take a revocation back: waybill unrevoke ${file} ${version}`,
        );
      }
      await operate(async ({ restore }) => {
        const done = await restore(file, { ...given, dryRun }, (line) => output.note(line));
        const text = `${countsText(done)}, of ${done.created_at}`;
        output.result(done, () =>
          output.line(dryRun ? `${file} is whole: ${text}` : `restored ${text}, to ${done.database}`),
        );
      });
    });
}
