import type { Socket } from "node:net";
import { Server } from "@grpc/grpc-js/build/src/server.js";
import { ServerCredentials } from "@grpc/grpc-js/build/src/server-credentials.js";
import type { Service } from "./methods.ts";
import { pluginServices } from "./services.ts";
import { type Accept, mutualTls, type Security } from "./transport.ts";

const MESSAGE_LIMIT = 256 * 1024 * 1024;
/** How long a client that asked for the end may keep its connections; clients kill the process after two seconds. */
const SHUTDOWN_GRACE_MS = 1_000;

/**
 * Makes what answers the calls that arrive on a connection. Without security, whoever can connect is answered.
 *
 * @param connected called when a client has come to stay, and will not connect again
 */
export function accepting(
  services: readonly Service[],
  security: Security | undefined,
  connected: () => void,
): Accept {
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
    "grpc.enable_channelz": 0,
  });
  const connections = new Connections();
  const shutdown = async () => {
    await Promise.all(services.map(({ end }) => end?.()));
    connections.endWithLast();
  };
  for (const { definition, handlers } of [...services, ...pluginServices(shutdown, connected)]) {
    server.addService(definition, handlers);
  }
  // grpc-js gets connections that are already authenticated, so that `mutualTls` alone decides who may connect.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const accept = (socket: Socket) => {
    connections.add(socket);
    injectConnection(socket);
    // Connections wait, unread, until there is something that answers them.
    socket.resume();
  };
  return security ? mutualTls(security, accept) : accept;
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
