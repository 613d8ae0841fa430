import { hash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isolatedEnvironment } from "../../../tools/environment.ts";
import { startRegistryProcess } from "../../../tools/registry-process.ts";
import { expectSlowly } from "../http/arrival.ts";
import { type RunningServer, startServer } from "../main.ts";

const mebibyte = 1024 * 1024;
const bytes = randomBytes(8 * mebibyte);
const sha256 = hash("sha256", bytes);
const path = `/v1/artifacts/uploading/a/files/${sha256}`;

function put(url: string, size: number, headers: Record<string, string> = {}) {
  const sent = request(url + path, { method: "PUT", headers: { "Content-Length": size, ...headers } });
  sent.on("error", () => {});
  return sent;
}

describe("an upload to a port", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "waybill-upload-"));
  const incoming = join(dataDir, "files", "incoming");
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ dev: true, dataDir, maxFileSize: "16MiB" });
  });
  afterAll(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true });
  });

  it("that ends midway leaves nothing, and can be sent again", async () => {
    const cut = put(server.url, bytes.length);
    cut.write(bytes.subarray(0, 2 * mebibyte));
    await vi.waitFor(() => expect(readdirSync(incoming)).toHaveLength(1), 10_000);
    cut.destroy();
    await vi.waitFor(() => expect(readdirSync(incoming)).toEqual([]), 10_000);
    expect((await fetch(server.url + path)).status).toBe(404);
    expect((await fetch(server.url + path, { method: "PUT", body: bytes })).status).toBe(201);
  });

  it("that is too large is refused while it is sent, and told why", async () => {
    const large = put(server.url, 17 * mebibyte);
    large.write(bytes);
    const [response] = (await once(large, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    expect(await json(response)).toMatchObject({ code: "body_too_large" });
    large.destroy();
  });
});

describe("a download from a port", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ dev: true });
    await fetch(server.url + path, { method: "PUT", body: bytes });
    const files = [{ path: "f", size: bytes.length, sha256 }];
    const body = JSON.stringify({ fingerprint: "f", builds: [{ name: "b", artifact_type: "x", files }] });
    const headers = { "Content-Type": "application/json" };
    await fetch(`${server.url}/v1/artifacts/uploading/a/versions`, { method: "POST", headers, body });
  });
  afterAll(() => server.close());
  const file = "/v1/artifacts/uploading/a/versions/1/builds/b/files/f";

  it("is whole, however slowly it is read, and also when several are asked for at once on one connection", async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const ask = (more: string) => `GET ${file} HTTP/1.1\r\nHost: ${hostname}\r\n${more}\r\n`;
    socket.write(ask("") + ask("Range: bytes=1-\r\n") + ask("Connection: close\r\n"));
    const received: Buffer[] = [];
    for await (const chunk of socket) {
      received.push(chunk);
      // The server is never let go on by more than the socket holds.
      await new Promise(setImmediate);
    }
    let rest = Buffer.concat(received);
    for (const expected of [bytes, bytes.subarray(1), bytes]) {
      const body = rest.indexOf("\r\n\r\n") + 4;
      expect(rest.subarray(body, body + expected.length).equals(expected)).toBe(true);
      rest = rest.subarray(body + expected.length);
    }
    expect(rest).toHaveLength(0);
  });

  it("that is left early lets the server go on", async () => {
    const left = request(server.url + file).end();
    const [response] = (await once(left, "response")) as [IncomingMessage];
    await once(response, "readable");
    left.destroy();
    expect(hash("sha256", new Uint8Array(await (await fetch(server.url + file)).arrayBuffer()))).toBe(sha256);
  });
});

describe("a body that is handed on while it arrives", () => {
  it("may be left early without cutting the connection", async () => {
    const arriving = new PassThrough();
    arriving.write("x");
    for await (const _ of expectSlowly(arriving as unknown as IncomingMessage)) break;
    expect(arriving.destroyed).toBe(false);
  });
});

describe("a server that is killed", () => {
  it("has all of an upload that was acknowledged, and nothing of one that was not", async () => {
    const home = mkdtempSync(join(tmpdir(), "waybill-kill-"));
    const token = `wbl_${randomBytes(32).toString("base64url")}`;
    const env = isolatedEnvironment(home, {
      WAYBILL_LISTEN: "127.0.0.1:0",
      WAYBILL_DATA_DIR: join(home, "data"),
      WAYBILL_BOOTSTRAP_TOKEN: token,
    });
    const incoming = join(home, "data", "files", "incoming");
    const headers = { Authorization: `Bearer ${token}` };
    const first = await startRegistryProcess(home, env);
    const small = randomBytes(100);
    const smallPath = path.replace(sha256, hash("sha256", small));
    expect((await fetch(first.address + smallPath, { method: "PUT", headers, body: small })).status).toBe(
      201,
    );
    const cut = put(first.address, bytes.length, headers);
    cut.write(bytes.subarray(0, 4 * mebibyte));
    const unfinished = () => readdirSync(incoming).map((name) => statSync(join(incoming, name)).size);
    await vi.waitFor(() => expect(unfinished()[0]).toBeGreaterThan(mebibyte), 10_000);
    await first.end("SIGKILL");
    const second = await startRegistryProcess(home, env);
    const status = async (of: string) => (await fetch(second.address + of, { headers })).status;
    expect([await status(smallPath), await status(path)]).toEqual([200, 404]);
    expect((await fetch(second.address + path, { method: "PUT", headers, body: bytes })).status).toBe(201);
    expect(await status(path)).toBe(200);
    await second.end("SIGTERM");
    rmSync(home, { recursive: true });
  });
});
