import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { followCertificate, readCertificate } from "../src/http/tls.ts";
import { type RunningServer, startServer } from "../src/main.ts";
import { Authority } from "./authority.ts";
import { sendRaw } from "./raw.ts";

let directory: string;
let authority: Authority;
const files = () => ({ cert: join(directory, "server.pem"), key: join(directory, "server.key") });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "waybill-tls-"));
  authority = await Authority.create(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => authority.issue("first", files()));

describe("a server with a certificate", () => {
  let server: RunningServer;
  beforeEach(async () => {
    const { cert: tlsCert, key: tlsKey } = files();
    server = await startServer({ dev: true, tlsCert, tlsKey });
  });
  afterEach(() => server.close());

  /** Asks for a path; gives the answer with the name in the certificate that was shown. */
  async function ask(options: RequestOptions = {}) {
    const ca = readFileSync(authority.certificateFile);
    const sent = request(`${server.url}/healthz`, { ca, agent: new Agent(), ...options }).end();
    const [response] = await once(sent, "response");
    const { CN } = (response.socket as TLSSocket).getPeerCertificate().subject;
    return { status: response.statusCode, headers: response.headers, body: await text(response), name: CN };
  }

  it("speaks TLS and nothing else, and tells browsers to keep to it", async () => {
    expect(server.url).toMatch(/^https:/);
    expect(await ask()).toMatchObject({
      status: 200,
      name: "first",
      headers: { "strict-transport-security": "max-age=31536000" },
    });
  });

  it("tells who comes without TLS what to do", async () => {
    const answer = await sendRaw(server.url, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("This port speaks TLS");
    expect(answer).toContain("write https:// in the address");
    // What is neither TLS nor HTTP gets nothing, as before.
    expect(await sendRaw(server.url, "nonsense\r\n\r\n")).not.toContain("HTTP");
  });

  it("refuses versions of TLS that are broken", async () => {
    const { port } = new URL(server.url);
    const options = { port: Number(port), host: "127.0.0.1", rejectUnauthorized: false };
    const old = connect({
      ...options,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL@SECLEVEL=0",
    });
    const [error] = await once(old, "error");
    expect(error.message).toMatch(/protocol version|alert|no protocols/i);
  });

  it("shows a renewed certificate to new connections, and drops none that is open", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask({ agent })).toMatchObject({ name: "first" });
    await authority.issue("second", files());
    process.emit("SIGHUP");
    await expect.poll(async () => (await ask()).name).toBe("second");
    const before = await ask({ agent });
    expect(before).toMatchObject({ status: 200, name: "first" });
    agent.destroy();
  });
});

describe("files of a certificate", () => {
  const lines: { msg: string; reason?: string }[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const used: { cert: string }[] = [];
  const server = { setSecureContext: (options: object) => used.push(options as { cert: string }) };
  beforeEach(() => {
    lines.length = 0;
    used.length = 0;
  });

  /** Puts a file in the place of another at once: an earlier look that is under way sees the one or the other. */
  function replace(path: string, content: Uint8Array): void {
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** Changes the files, has them looked at, and waits until that shows. */
  async function change(make: () => Promise<void> | void, shows: () => boolean): Promise<void> {
    await make();
    process.emit("SIGHUP");
    await expect.poll(shows).toBe(true);
  }

  it("that are broken change nothing, are told of once, and used when they are whole again", async () => {
    const shown = followCertificate(server, files(), await readCertificate(files()), log);
    const { cert, key } = files();
    const good = readFileSync(cert);
    await change(
      () => replace(cert, good.subarray(0, 100)),
      () => lines.length === 1,
    );
    expect(lines[0]).toMatchObject({ msg: "the TLS certificate is kept as it was" });
    // Half way through a renewal the one does not belong to the other yet.
    const next = { cert: join(directory, "next.pem"), key: join(directory, "next.key") };
    await authority.issue("next", next);
    await change(
      () => replace(cert, readFileSync(next.cert)),
      () => lines.length === 2,
    );
    expect(lines[1]?.reason).toMatch(/cannot be used with the key .*mismatch/i);
    process.emit("SIGHUP");
    expect(used).toEqual([]);
    await change(
      () => replace(key, readFileSync(next.key)),
      () => used.length === 1,
    );
    expect(lines.map((line) => line.msg).slice(2)).toEqual(["the TLS certificate was renewed"]);
    expect(shown.expiresAt.getTime()).toBeGreaterThan(Date.now());
    shown.stop();
  });

  it("are looked at now and then, also when nobody says that they have changed", async () => {
    const shown = followCertificate(server, files(), await readCertificate(files()), log, 10);
    await authority.issue("quiet", files());
    await expect.poll(() => used.length).toBe(1);
    shown.stop();
  });

  it("are not looked at any more when the server stops", async () => {
    const before = process.listenerCount("SIGHUP");
    followCertificate(server, files(), await readCertificate(files()), log).stop();
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });

  it("that expire sooner than now do not replace one that is good", async () => {
    const shown = followCertificate(server, files(), await readCertificate(files()), log);
    await change(
      () => authority.issue("expired", files(), -1),
      () => lines.length === 1,
    );
    expect(lines[0]?.reason).toMatch(/expired at/);
    expect(used).toEqual([]);
    shown.stop();
  });

  it.each([
    ["is missing", () => rmSync(files().cert), /cannot be used with the key .*ENOENT/],
    [
      "is no certificate",
      () => writeFileSync(files().cert, "nonsense"),
      /^The certificate ".*" cannot be used/,
    ],
    [
      "has the key of another",
      () => authority.issue("other", { ...files(), cert: join(directory, "x.pem") }),
      /mismatch/i,
    ],
  ])("stop the start with one sentence when one %s", async (_what, spoil, message) => {
    await spoil();
    const { cert: tlsCert, key: tlsKey } = files();
    await expect(startServer({ dev: true, tlsCert, tlsKey })).rejects.toThrow(message);
  });

  it("are given both or neither", async () => {
    await expect(startServer({ dev: true, tlsCert: "a" })).rejects.toThrow(
      /^WAYBILL_TLS_CERT is given without WAYBILL_TLS_KEY: TLS needs both\.$/,
    );
  });
});
