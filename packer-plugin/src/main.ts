// Started by the shim as `node program.cjs <path of the socket>`. Ends when its stdin does: Packer ends plugins with
// SIGKILL, and then nobody is left to say goodbye.
import { serve } from "./service.ts";

/** The shim waits for this line; everything else on stdout goes to the log. */
const READY = "waybill-plugin-ready";

async function main(): Promise<void> {
  const [, , socketPath] = process.argv;
  if (!socketPath) throw new Error("this program is started by packer-plugin-waybill, not by hand");
  const server = await serve(socketPath, process.env);
  process.stdin.resume().on("end", () => {
    server.forceShutdown();
    process.exit();
  });
  console.log(READY);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
