import { createServer } from "node:net";
import { createIdentity } from "./certificate.ts";
import { type Handshake, handshakeLine, readHandshake, reattachConfig } from "./handshake.ts";
import { listen } from "./listener.ts";
import type { Logger } from "./logger.ts";
import type { Service } from "./methods.ts";
import { endWithParent, onExit, onSignals } from "./process.ts";
import { writeStdout } from "./stdout.ts";

export type PluginOptions = {
  /** What the process is called in messages to people: `terraform-provider-waybill`. */
  readonly name: string;
  /** Source addresses under which clients look for it, for debugging: `registry.terraform.io/waybill/waybill`. */
  readonly sources: readonly string[];
  /** Loads what the plugin offers; called when the client has been told where to connect. */
  readonly services: () => Promise<readonly Service[]>;
  readonly logger: Logger;
};

/**
 * Serves a plugin until the client, a signal or the end of the parent process ends it. With `--debug` it waits for
 * any client and prints what to set for that; started in no other way, it says what it is for and exits with 1.
 *
 * The client is told where to connect as soon as somebody listens there. Everything that only answering needs, HTTP/2
 * and gRPC above all, is loaded while it connects.
 */
export async function servePlugin(
  { name, sources, services, logger }: PluginOptions,
  argv: readonly string[] = process.argv.slice(2),
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const debug = argv.includes("--debug");
  const handshake = debug ? DEBUG_HANDSHAKE : readHandshake(env);
  if (!handshake) {
    process.stderr.write(`${notForPeople(name)}\n`);
    process.exitCode = 1;
    return;
  }
  const { clientCertificate } = handshake;
  const security =
    clientCertificate === undefined ? undefined : { clientCertificate, identity: createIdentity() };
  // Nothing is read from early connections before there is something that can.
  const listener = createServer({ pauseOnConnect: true }, async (socket) => (await answering)(socket));
  const { release, ...address } = await listen(listener, handshake);
  onExit(release);
  onSignals({ interruptEnds: debug });
  if (debug) {
    const value = reattachConfig(sources, address, process.pid);
    writeStdout(
      `Waiting for clients that have this in their environment:\n\nTF_REATTACH_PROVIDERS='${value}'\n`,
    );
  } else {
    endWithParent(() => logger.warn("the process that started this provider is gone"));
    writeStdout(handshakeLine(handshake, address, security?.identity.der));
  }
  const answering = import("./server.ts").then(async ({ accepting }) =>
    accepting(await services(), security, release),
  );
  await answering;
  // What fails beside the calls is no reason to take those with it, and what they are about to write to the state.
  process.on("unhandledRejection", (error) =>
    logger.error("a promise failed that nobody waits for", { error }),
  );
  logger.debug("serving", { network: address.network, tls: security !== undefined });
}

const DEBUG_HANDSHAKE: Handshake = {
  clientCertificate: undefined,
  socketDirectory: undefined,
  ports: { min: 10_000, max: 25_000 },
  multiplexAsked: false,
};

function notForPeople(name: string): string {
  return `${name} is a plugin: Terraform and OpenTofu start it, and it does nothing when started by hand.
To see how it is used, read the documentation of the provider. To debug it, start it with --debug.`;
}
