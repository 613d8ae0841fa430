import type { Command } from "commander";
import { countsText, dataOptions, OPERATING_HELP, operate } from "../operating.ts";
import type { Output } from "../output.ts";

const HELP = `
Writes everything that the registry knows, and the bytes of its files, to one file: a tar archive that restores on
SQLite and on PostgreSQL. It is the registry at one moment; servers go on meanwhile. The file appears when it is whole.
It holds hashes of tokens and the secrets of webhooks: keep it as you keep those.
With - as file it goes to standard output.
${OPERATING_HELP}
Examples:
  waybill backup waybill-$(date +%F).tar
  waybill backup - --without-files | age -r age1... > waybill.tar.age
`;

export function define(command: Command, output: Output): void {
  dataOptions(command)
    .argument("<file>", "a new file, or - for standard output")
    .option("--without-files", "leave the bytes of files out, where they are kept safe otherwise, as in S3")
    .addHelpText("after", HELP)
    .action(async (file: string, { withoutFiles, ...given }) => {
      // Elsewhere a reader that goes is no failure; here it has half an archive.
      if (file === "-") process.stdout.removeAllListeners("error");
      await operate(async ({ backup }) => {
        const done = await backup(file, { ...given, withFiles: !withoutFiles }, (line) => output.note(line));
        const text = `backed up ${countsText(done)}`;
        // Standard output is the archive.
        if (file === "-") output.note(output.json ? JSON.stringify(done) : text);
        else output.result(done, () => output.line(`${text} to ${file}`));
      });
    });
}
