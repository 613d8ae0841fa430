import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { emptyPostgres } from "../../test/databases.ts";
import { openDatabase } from "./database.ts";

/** As a network that is gone: nothing comes through any more, and nobody is told. */
class SilentNetwork {
  readonly #sockets: Socket[] = [];
  readonly #server = createServer((client) => {
    const server = connect(Number(this.#to.port), this.#to.hostname);
    for (const socket of [client, server]) this.#sockets.push(socket.on("error", () => {}));
    client.pipe(server).pipe(client);
  });
  readonly #to: URL;

  constructor(to: string) {
    this.#to = new URL(to);
  }

  async open(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    const through = new URL(this.#to);
    through.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return through.href;
  }

  /** What is connected now hears nothing any more; what connects later does. */
  fallSilent(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

let empty: Awaited<ReturnType<typeof emptyPostgres>>;
let network: SilentNetwork;
beforeEach(async () => {
  empty = await emptyPostgres();
  network = new SilentNetwork(empty.url);
});
afterEach(async () => {
  network.close();
  await empty.remove();
});

it.each(["read", "write"] as const)(
  "a connection from which nothing comes any more is given up with the first %s that waits for it",
  async (kind) => {
    const database = await openDatabase(`${await network.open()}?query_timeout=500`, { warn: () => {} });
    const ask = {
      read: () => database.ping(),
      write: () => database.write((tx) => tx.selectFrom("namespaces").selectAll().execute()),
    }[kind];
    await ask();
    network.fallSilent();
    const failure = await ask().catch((error: unknown) => error);
    expect(database.isUnavailable(failure)).toBe(true);
    await ask();
    await database.close();
  },
);
