import type { Server as NetServer, Socket } from "node:net";
import { Server } from "@grpc/grpc-js/build/src/server.js";
import { ServerCredentials } from "@grpc/grpc-js/build/src/server-credentials.js";
import { createIdentity } from "./certificate.ts";
import { handshakeLine, readHandshake, reattachConfig } from "./handshake.ts";
import { listen } from "./listener.ts";
import type { Logger } from "./logger.ts";
import type { Service } from "./methods.ts";
import { endWithParent, onExit, onSignals } from "./process.ts";
import { pluginServices } from "./services.ts";
import { writeStdout } from "./stdout.ts";
import { type Accept, mutualTls, plain } from "./transport.ts";

export type PluginOptions = {
  /** What the process is called in messages to people: `terraform-provider-waybill`. */
  readonly name: string;
  /** Source addresses under which clients look for it, for debugging: `registry.terraform.io/waybill/waybill`. */
  readonly sources: readonly string[];
  readonly services: readonly Service[];
  readonly logger: Logger;
};

const MESSAGE_LIMIT = 256 * 1024 * 1024;
/** How long a client that asked for the end may keep its connection; clients kill the process after two seconds. */
const SHUTDOWN_GRACE_MS = 1_000;

/**
 * Serves a plugin until the client, a signal or the end of the parent process ends it. With `--debug` it waits for
 * any client and prints what to set for that; started in no other way, it says what it is for and exits with 1.
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
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
    "grpc.enable_channelz": 0,
  });
  const connections = new Connections();
  for (const { definition, handlers } of [...services, ...pluginServices(() => connections.endWithLast())]) {
    server.addService(definition, handlers);
  }
  // grpc-js gets connections that are already authenticated, so that this code alone decides who may connect.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const { listener, certificate } = createListener(handshake.clientCertificate, (socket) => {
    connections.add(socket);
    injectConnection(socket);
  });
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
    writeStdout(handshakeLine(handshake, address, certificate));
  }
  logger.debug("serving", { network: address.network, tls: certificate !== undefined });
}

function createListener(
  clientCertificate: string | undefined,
  accept: Accept,
): { listener: NetServer; certificate?: Buffer } {
  if (clientCertificate === undefined) return { listener: plain(accept) };
  const identity = createIdentity();
  return { listener: mutualTls(clientCertificate, identity, accept), certificate: identity.der };
}

/** The connections of the client, which closes them when it has the answer to its call for the end. */
class Connections {
  readonly #open = new Set<Socket>();
  #ending = false;

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      if (this.#ending && this.#open.size === 0) process.exit(0);
    });
  }

  endWithLast(): void {
    this.#ending = true;
    setTimeout(() => process.exit(0), SHUTDOWN_GRACE_MS);
  }
}

const DEBUG_HANDSHAKE = {
  clientCertificate: undefined,
  socketDirectory: undefined,
  ports: { min: 10_000, max: 25_000 },
  multiplexAsked: false,
};

function notForPeople(name: string): string {
  return `${name} is a plugin: Terraform and OpenTofu start it, and it does nothing when started by hand.
To see how it is used, read the documentation of the provider. To debug it, start it with --debug.`;
}
