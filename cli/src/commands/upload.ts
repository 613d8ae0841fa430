import type { Command } from "commander";
import { ARTIFACT } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { readLocal, sendFiles } from "../local-files.ts";
import type { Output } from "../output.ts";

const HELP = `
What the registry has already is not sent. It keeps the bytes for a day; a build that is reported by then may name them,
and has them from then on. With --json it prints them as a report takes them in "files".

\`waybill publish --file\` uploads by itself.

Examples:
  waybill upload hashicorp/box output/box.qcow2
  waybill upload hashicorp/box output/* --json | jq '{fingerprint: env.GIT_SHA,
    builds: [{name: "qemu", artifact_type: "qemu.image", files: .}]}' | waybill publish hashicorp/box -
`;

export function define(command: Command, output: Output): void {
  command
    .argument(...ARTIFACT)
    .argument("<file...>", "the files")
    .addHelpText("after", HELP)
    .action(async (artifact: string, paths: string[]) => {
      const locals = await Promise.all(paths.map((path) => readLocal(path, true)));
      await withClient(command, output, (client) => sendFiles(client, artifact, locals, output));
      const files = locals.map(({ file }) => file);
      output.result(files, () => {
        output.table(
          ["FILE", "SIZE", "SHA256"],
          files.map(({ path, size, sha256 }) => [path, size, sha256]),
        );
      });
    });
}
