import type { Command } from "commander";
import { countsText, operate } from "../operating.ts";
import type { Output } from "../output.ts";

const HELP = `
Copies a registry to an empty database of the other kind, or the same, and compares the number of rows and a sum of all
values of every table. Stop all servers first: it refuses while one runs, because what that writes would be left behind.
The first database stays as it is. The bytes of files stay where they are unless both --files options are given.
A password in a URL is seen in the list of processes; PGPASSWORD or ~/.pgpass keep it out.

Examples:
  waybill migrate --from sqlite:/var/lib/waybill/waybill.sqlite --to postgres://waybill@db/waybill
  waybill migrate --from postgres://waybill@db/waybill --to sqlite:./waybill.sqlite
`;

type Options = { from: string; to: string; filesFrom?: string; filesTo?: string };

export function define(command: Command, output: Output): void {
  command
    .requiredOption("--from <url>", "sqlite:<path> or postgres://..., where the registry is")
    .requiredOption("--to <url>", "where it goes; nothing may be there")
    .option("--files-from <where>", "also copy the bytes of files: directory:<path> or s3://bucket/prefix")
    .option("--files-to <where>", "where to")
    .addHelpText("after", HELP)
    .action(async ({ from, to, filesFrom, filesTo }: Options) => {
      await operate(async ({ migrate }) => {
        const stores = { from: filesFrom, to: filesTo };
        const done = await migrate({ from, to }, stores, (line) => output.note(line));
        output.result(done, () => output.line(`copied ${countsText(done)} to ${done.to}; both are the same`));
      });
    });
}
