import { basename } from "node:path";
import { scanSpool, sendSpool, spoolDirectory } from "@waybill/registry-client";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import type { Command } from "commander";
import { withClient } from "../connect.ts";
import { imageText, type Output } from "../output.ts";

const HELP = `
The spool holds builds that the Packer plugin could not publish because the registry was away. It is in
WAYBILL_SPOOL_DIR, or in $XDG_STATE_HOME/waybill/spool, or in ~/.local/state/waybill/spool, and holds no credentials.
Files that such a build made are uploaded when it is sent. A build whose files are gone or have changed meanwhile is set
aside, unless --record-only says to publish it without their bytes.

Examples:
  waybill spool list
  waybill spool send --address https://waybill.example.com
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("list")
    .description("List what waits, the oldest build first.")
    .allowExcessArguments(false)
    .action(async () => {
      const dir = spoolDirectory(process.env);
      const entries = await scanSpool(dir);
      output.result(entries, () => {
        if (entries.length === 0) output.note(`nothing waits in ${dir}`);
        const rows = entries.map((entry) => {
          if ("damage" in entry) return ["damaged", basename(entry.path), "", "", "", entry.damage];
          const { artifact, build, open, address, created_at, reason } = entry.record;
          const images = build.report.images?.map(imageText).join(" ");
          return [
            artifact,
            build.name,
            images,
            build.report.ended_at ?? created_at,
            address,
            `${open.fingerprint}: ${reason}`,
          ];
        });
        if (rows.length > 0)
          output.table(["ARTIFACT", "BUILD", "IMAGES", "ENDED", "REGISTRY", "FINGERPRINT: REASON"], rows);
      });
    })
    .addHelpText("after", HELP);

  command
    .command("send")
    .description("Publish what waits, the oldest build first.")
    .option("--record-only", "publish builds whose files are gone or have changed, without their bytes")
    .option("--moved", "send what was meant for another address too: the registry has moved")
    .allowExcessArguments(false)
    .action(async ({ moved, recordOnly }, send: Command) => {
      await withClient(send, output, async (client) => {
        const dir = spoolDirectory(process.env);
        const progress = new UploadProgress((text) => output.note(text));
        const result = await sendSpool(dir, client, {
          anyAddress: moved === true,
          recordOnly: recordOnly === true,
          onProgress: progress.sending,
          onDone: progress.done,
          onSent({ build }, { artifact, number, missing_builds, warnings }) {
            // Such as: it did not become latest, because one that was built later has been published meanwhile.
            for (const { message } of warnings) output.warning(`${build.name} of ${artifact}: ${message}`);
            if (output.json) return;
            const state =
              number === null ? `waits for ${missing_builds.join(", ")}` : `is complete as ${number}`;
            output.line(`sent ${build.name} of ${artifact}, which ${state}`);
          },
          onSetAside: (path, reason) =>
            output.warning(`${basename(path)} is now in ${dir}/refused: ${reason}`),
        });
        const { sent, setAside, left, otherAddresses, stopped } = result;
        for (const address of otherAddresses) {
          output.note(
            `some wait for ${address}; send them with --address ${address}, or with --moved to ${client.address}`,
          );
        }
        if (stopped) throw stopped;
        output.result({ sent, set_aside: setAside, left, other_addresses: otherAddresses }, () => {
          if (sent + setAside + left === 0) output.note(`nothing waits in ${dir}`);
        });
        if (setAside > 0)
          throw new Error(`${setAside} of ${sent + setAside} could not be published, see ${dir}/refused`);
      });
    })
    .addHelpText("after", HELP);
}
