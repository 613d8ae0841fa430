import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { basename, join } from "node:path";
import { Authority } from "../../registry-server/test/authority.ts";

const hosts = ["api.github.com", "github.com", "releases.hashicorp.com"];
const repository = "waybill/packer-plugin-waybill";

/** Stands for GitHub, as a proxy that takes every connection for its own: one release, with the files of a directory. */
export class PretendGithub {
  /** Whether archives come with a byte that is another. */
  spoil = false;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #settings: NodeJS.ProcessEnv = {};

  /** @param directory where the keys of its authority are kept */
  static async start(directory: string, release: string): Promise<PretendGithub> {
    const github = new PretendGithub();
    const authority = await Authority.create(directory);
    const files = { cert: join(directory, "github.pem"), key: join(directory, "github.key") };
    const names = hosts.map((host) => `DNS:${host}`);
    await authority.issue("github.com", files, 2, names);
    const keys = { cert: await readFile(files.cert), key: await readFile(files.key) };
    const origin = createTlsServer(keys, async ({ headers: { host = "" }, url = "" }, response) => {
      const body = await github.#answer(host, url, release).catch(() => undefined);
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    const originPort = await github.#listen(origin);
    const proxy = createServer().on("connect", (_request, client: Socket) => {
      const onward = connect(originPort, "127.0.0.1");
      for (const socket of [client, onward]) github.#sockets.add(socket.on("error", () => onward.destroy()));
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(onward).pipe(client);
    });
    const address = `http://127.0.0.1:${await github.#listen(proxy)}`;
    github.#settings = { HTTPS_PROXY: address, SSL_CERT_FILE: authority.certificateFile };
    return github;
  }

  /** What makes a program take it for GitHub. */
  get settings(): NodeJS.ProcessEnv {
    return this.#settings;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }

  async #answer(host: string, url: string, release: string): Promise<string | Buffer | undefined> {
    const [tag = ""] = /packer-plugin-waybill_(v[\d.]+)_/.exec(url)?.slice(1) ?? [];
    if (host === "api.github.com" && url === `/repos/${repository}/git/matching-refs/tags`) {
      const { version } = JSON.parse(await readFile(join(import.meta.dirname, "../../package.json"), "utf8"));
      return JSON.stringify([{ ref: `refs/tags/v${version}` }]);
    }
    if (host !== "github.com" || !url.startsWith(`/${repository}/releases/download/${tag}/`))
      return undefined;
    const file = await readFile(join(release, basename(url)));
    if (this.spoil && url.endsWith(".zip")) file.writeUInt8(file.readUInt8(1000) ^ 1, 1000);
    return file;
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  }
}
