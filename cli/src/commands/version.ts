import type { Command } from "commander";
import type { Output } from "../output.ts";
import { version } from "../version.ts";

export function define(command: Command, output: Output): void {
  command
    .action(() => {
      output.result({ version, node: process.versions.node }, () => output.line(`waybill ${version}`));
    })
    .addHelpText("after", "\nExample:\n  waybill version --json");
}
