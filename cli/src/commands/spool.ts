import { basename } from "node:path";
import {
  type DamagedFile,
  type RefusedFile,
  type RegistryClient,
  type SpoolEntry,
  scanRefused,
  scanSpool,
  sendSpool,
  spoolDirectory,
} from "@waybill/registry-client";
import { listSpooledLogs, type SpooledLogEntry, sendSpooledLogs } from "@waybill/registry-client/spool-logs";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import type { Command } from "commander";
import { withClient } from "../connect.ts";
import { leavingTidily } from "../leaving.ts";
import { imageText, type Output } from "../output.ts";

const HELP = `
The spool holds builds that the Packer plugin could not publish because the registry was away, and their logs. It is in
WAYBILL_SPOOL_DIR, or in $XDG_STATE_HOME/waybill/spool, or in ~/.local/state/waybill/spool, and holds no credentials.
When a build is sent, its files are uploaded, its documents attached and its channels assigned. A build that the registry
refuses, or whose files are gone or have changed meanwhile, is set aside with the reason.

Examples:
  waybill spool list
  waybill spool send --address https://waybill.example.com
  waybill spool send --refused --record-only
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("list")
    .description("List what waits, and what was set aside, the oldest build first.")
    .action(async () => {
      const dir = spoolDirectory(process.env);
      const entries = [...(await scanSpool(dir)), ...(await scanRefused(dir))];
      const logs = await listSpooledLogs(dir);
      output.result([...entries, ...logs], () => {
        const rows = [...entries.map(row), ...logs.map(logRow)];
        if (rows.length === 0) output.note(`nothing waits in ${dir}`);
        const heads = ["STATE", "ARTIFACT", "BUILD", "IMAGES", "ENDED", "REGISTRY", "FINGERPRINT: REASON"];
        if (rows.length > 0) output.table(heads, rows);
      });
    })
    .addHelpText("after", HELP);

  command
    .command("send")
    .description("Publish what waits, the oldest build first.")
    .option("--record-only", "publish builds whose files are gone or have changed, without their bytes")
    .option("--refused", "send what was set aside, too")
    .option("--moved", "send what was meant for another address too: the registry has moved")
    .action(async ({ moved, recordOnly, refused }, send: Command) => {
      await withClient(send, output, async (client) => {
        const dir = spoolDirectory(process.env);
        const progress = new UploadProgress((text) => output.note(text));
        const result = await leavingTidily(() =>
          sendSpool(dir, client, {
            anyAddress: moved === true,
            recordOnly: recordOnly === true,
            refused: refused === true,
            onWaiting: () => output.note("somebody else is sending; waiting until that is done"),
            onProgress: progress.sending,
            onDone: progress.done,
            onSent({ build }, { version, assigned, unattached }) {
              const { artifact, number, missing_builds, warnings } = version;
              // Such as: it did not become latest, because one that was built later has been published meanwhile.
              for (const { message } of warnings) output.warning(`${build.name} of ${artifact}: ${message}`);
              for (const { document, refusal } of unattached) {
                output.warning(`document ${document} of ${artifact}: ${refusal}`);
              }
              for (const { channel, refusal } of assigned) {
                if (refusal !== undefined) output.warning(`channel ${channel} of ${artifact}: ${refusal}`);
              }
              if (output.json) return;
              const state =
                number === null ? `waits for ${missing_builds.join(", ")}` : `is complete as ${number}`;
              output.line(`sent ${build.name} of ${artifact}, which ${state}`);
            },
            onSetAside: (path, reason) =>
              output.warning(`${basename(path)} is now in ${dir}/refused: ${reason}`),
          }),
        );
        const { sent, setAside, left, otherAddresses, stopped, blocked } = result;
        for (const address of otherAddresses) {
          output.note(
            `some wait for ${address}; send them with --address ${address}, or with --moved to ${client.address}`,
          );
        }
        for (const [artifact, { message }] of blocked) output.warning(`${artifact} still waits: ${message}`);
        if (stopped) throw stopped;
        const logs = await sendLogs(dir, client, moved === true, output);
        if (logs.stopped) throw logs.stopped;
        const all = {
          sent,
          set_aside: setAside,
          left,
          other_addresses: otherAddresses,
          logs_sent: logs.sent,
        };
        output.result(all, () => {
          if (sent + setAside + left + logs.sent === 0) output.note(`nothing waits in ${dir}`);
        });
        const [refusal] = blocked.values();
        if (refusal) throw refusal;
        if (setAside > 0)
          throw new Error(`${setAside} of ${sent + setAside} could not be published, see ${dir}/refused`);
      });
    })
    .addHelpText("after", HELP);
}

function row(entry: SpoolEntry | DamagedFile | RefusedFile): (string | undefined)[] {
  const state = "refusal" in entry ? "refused" : "waits";
  if ("damage" in entry) return ["damaged", basename(entry.path), "", "", "", "", entry.damage];
  const { artifact, build, open, address, created_at, reason } = entry.record;
  const images = build.report.images?.map(imageText).join(" ");
  const ended = build.report.ended_at ?? created_at;
  const why = "refusal" in entry ? entry.refusal : reason;
  return [state, artifact, build.name, images, ended, address, `${open.fingerprint}: ${why}`];
}

function logRow({ record, size }: SpooledLogEntry): string[] {
  const { artifact, build, address, open, created_at, reason, failure } = record;
  const what = `its log, ${size} bytes${failure ? "; it failed" : ""}`;
  return ["waits", artifact, build, what, created_at, address, `${open.fingerprint}: ${reason}`];
}

/** After the builds, as logs belong to them. */
async function sendLogs(dir: string, client: RegistryClient, anyAddress: boolean, output: Output) {
  let sent = 0;
  const result = await sendSpooledLogs(dir, client, {
    anyAddress,
    onSent({ artifact, build }) {
      sent++;
      if (!output.json) output.line(`sent the log of ${build} of ${artifact}`);
    },
    onSetAside: (path, reason) =>
      output.warning(`${basename(path)} is now in ${dir}/logs/refused: ${reason}`),
  });
  return { ...result, sent };
}
