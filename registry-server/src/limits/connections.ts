import type { Server, Socket } from "node:net";

/** Half of all, so that nobody alone keeps all others out. */
const shareOfOne = 0.5;

export type Connections = { open: number; refused: number };

/**
 * Closes connections beyond a limit as they come: all together, and of one address that is no trusted proxy.
 *
 * @returns how many there are, and how many were closed
 */
export function limitConnections(
  server: Server,
  most: number,
  isProxy: (address: string) => boolean,
): Connections {
  const counted: Connections = { open: 0, refused: 0 };
  const byAddress = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const { remoteAddress: address = "" } = socket;
    const own = (byAddress.get(address) ?? 0) + 1;
    if (counted.open >= most || (own > most * shareOfOne && !isProxy(address))) {
      counted.refused += 1;
      socket.destroy();
      return;
    }
    byAddress.set(address, own);
    counted.open += 1;
    socket.once("close", () => {
      counted.open -= 1;
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    });
  });
  return counted;
}
