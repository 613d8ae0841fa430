import { readCaFile } from "@waybill/registry-client/transport";
import type { Command } from "commander";
import { settingsOf } from "../connect.ts";
import { ExitCode } from "../failures.ts";
import type { Output } from "../output.ts";
import { endBy } from "../running/child.ts";
import { runPacker } from "../running/run.ts";

const HELP = `
Packer runs on this terminal as it would alone: its colours, its questions, its exit code. Meanwhile what it prints of
each build with a post-processor "waybill" is sent to the registry as the log of that build, builds that fail are
recorded with their error, and at the end you are told what was published where. While the registry is away the logs
wait in the spool, for \`waybill spool send\`. What PACKER_LOG and PACKER_LOG_PATH ask for is written as ever.

Ends with the exit code of Packer, or by the signal that ended it; with --strict also with 4 when anything could not be
published. What was built is kept all the same.

Examples:
  waybill run -- packer build .
  waybill run --strict -- packer build -on-error=ask -var release=1.2.3 web.pkr.hcl
`;

/** Settings that the plugin takes from the environment, so that options of this command are for it, too. */
const SETTINGS = {
  address: "WAYBILL_ADDRESS",
  token: "WAYBILL_TOKEN",
  namespace: "WAYBILL_NAMESPACE",
  caFile: "WAYBILL_CA_FILE",
  timeout: "WAYBILL_TIMEOUT",
  consumer: "WAYBILL_CONSUMER",
} as const;

export function define(command: Command, output: Output): void {
  command
    .usage("[options] -- packer build ...")
    .argument("<command...>", "what to run, after --")
    .option("--strict", "fail when anything could not be published")
    .action(async (words: string[], { strict }, run: Command) => {
      const given = run.optsWithGlobals<Record<string, string>>();
      const settings = settingsOf(run);
      await readCaFile(settings);
      const env = { ...process.env };
      for (const [option, variable] of Object.entries(SETTINGS)) {
        if (given[option]) env[variable] = given[option];
      }
      const { ending, isWhole } = await runPacker({ command: words, settings, env, output });
      if (ending.signal !== null) await endBy(ending.signal);
      const code = ending.code === 0 && strict && !isWhole ? STRICT : ending.code;
      if (code) throw new ExitCode(code);
    })
    .addHelpText("after", HELP);
}

const STRICT = 4;
