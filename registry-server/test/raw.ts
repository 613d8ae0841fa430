import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

/** A connection to a server that tests write to byte by byte. */
export function dial(url: string, options: { allowHalfOpen?: boolean } = {}): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, ...options });
  socket.on("error", () => {});
  return socket;
}

/** Sends bytes as they are; gives all that comes back until the server closes the connection. */
export function sendRaw(url: string, bytes: string | Buffer): Promise<string> {
  const socket = dial(url);
  socket.write(bytes);
  return text(socket);
}
