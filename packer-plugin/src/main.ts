// Started by the shim as `node program.cjs <path of the socket>`. Ends when its stdin does: Packer ends plugins with
// SIGKILL, and then nobody is left to say goodbye. What is being published then goes into the spool.
import { serve } from "./service.ts";

/** The shim waits for this line; everything else on stdout goes to the log. */
const READY = "waybill-plugin-ready";
/** Nobody waits any more; a registry or disk that does not answer must not keep this process alive. */
const END_PATIENCE_MS = 10_000;

async function main(): Promise<void> {
  const [, , socketPath] = process.argv;
  if (!socketPath) throw new Error("this program is started by packer-plugin-waybill, not by hand");
  const service = await serve(socketPath, process.env);
  process.stdin.resume().on("end", async () => {
    setTimeout(() => process.exit(1), END_PATIENCE_MS).unref();
    await service.end();
    process.exit();
  });
  console.log(READY);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
