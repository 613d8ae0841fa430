import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Address, Handshake } from "./handshake.ts";

// A socket's path must fit in 104 bytes on macOS and 108 on Linux, its end included.
const LONGEST_SOCKET_PATH = 103;

/**
 * Lets the server listen where only this user can reach it: on a socket in a fresh 0700 directory, or on a loopback
 * port where there are no Unix sockets to share (Windows).
 *
 * @returns the address for the handshake; its `release` removes the directory and is safe to call twice
 * @throws when no port of the range is free, or no directory can be made
 */
export async function listen(
  server: Server,
  { socketDirectory, ports }: Pick<Handshake, "socketDirectory" | "ports">,
  platform: NodeJS.Platform = process.platform,
): Promise<Address & { release(): void }> {
  if (platform === "win32") return { ...(await listenOnPort(server, ports)), release: () => {} };
  const path = socketPath(socketDirectory ?? tmpdir());
  const release = () => rmSync(dirname(path), { recursive: true, force: true });
  try {
    await started(server, () => server.listen(path));
  } catch (error) {
    release();
    throw error;
  }
  return { network: "unix", text: path, release };
}

function socketPath(parent: string): string {
  // Some temporary directories are too deep for a socket; /tmp is on every system that has Unix sockets.
  const longest = join(parent, "plugin-XXXXXX", "s");
  return join(mkdtempSync(join(longest.length > LONGEST_SOCKET_PATH ? "/tmp" : parent, "plugin-")), "s");
}

async function listenOnPort(server: Server, { min, max }: Handshake["ports"]): Promise<Address> {
  for (let port = min; port <= max; port++) {
    try {
      await started(server, () => server.listen(port, "127.0.0.1"));
      return { network: "tcp", text: `127.0.0.1:${port}` };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
  throw new Error(`no free port between ${min} and ${max} (PLUGIN_MIN_PORT, PLUGIN_MAX_PORT)`);
}

function started(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    listen();
  });
}
