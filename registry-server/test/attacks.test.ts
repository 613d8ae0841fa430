import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../src/main.ts";
import { ami } from "./api.ts";
import { dial, sendRaw } from "./raw.ts";

const versions = "/v1/artifacts/attack/one/versions";
const json = (body: string) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body });
const publish = (fingerprint: string) =>
  JSON.stringify({ fingerprint, builds: [{ name: "a", ...ami(`ami-${fingerprint}`) }] });

describe("a server that is attacked", () => {
  let server: RunningServer;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "waybill-attacks-"));
    server = await startServer({ dev: true, dataDir, requestTimeout: "1s", maxConnections: "20" });
  });
  afterAll(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true });
  });

  /** Whether everybody else is served as ever. */
  async function isServing(): Promise<boolean> {
    return (await fetch(`${server.url}/v1/artifacts`)).status === 200;
  }

  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  const raw = (bytes: string | Buffer) => sendRaw(server.url, bytes);
  const post = (headers: string, body: string | Buffer = "", path = versions) =>
    raw(
      Buffer.concat([
        Buffer.from(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`),
        Buffer.from(body),
      ]),
    );

  describe("by slowness", () => {
    it("gives up headers that do not end, and serves others meanwhile", async () => {
      const slow = dial(server.url);
      slow.write("GET /v1/artifacts HTTP/1.1\r\nHost: localhost\r\n");
      const drip = setInterval(() => slow.write("X-A: b\r\n"), 100);
      const answer = text(slow);
      expect(await isServing()).toBe(true);
      expect(await answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
      clearInterval(drip);
    });

    it.each([
      ["with a length", "Content-Length: 1000"],
      ["in chunks", "Transfer-Encoding: chunked"],
    ])("gives up a body that does not end, %s", async (_what, length) => {
      const slow = dial(server.url);
      slow.write(
        `POST ${versions} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`,
      );
      const drip = setInterval(() => slow.write(length.startsWith("T") ? "1\r\n \r\n" : " "), 100);
      const answer = text(slow);
      expect(await isServing()).toBe(true);
      expect(await answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
      clearInterval(drip);
    });

    it("does not wait for a client that never closes its half of the connection", async () => {
      const slow = dial(server.url, { allowHalfOpen: true });
      slow.write(
        `POST ${versions} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
      );
      slow.resume();
      const drip = setInterval(() => slow.write(" "), 100);
      await new Promise((resolve) => slow.once("close", resolve));
      clearInterval(drip);
      await expect.poll(async () => (await metrics()).match(/in_flight (\d+)/)?.[1]).toBe("0");
    });

    it("gives up an upload that hardly goes on", async () => {
      expect((await fetch(`${server.url}${versions}`, json(publish("upload")))).status).toBe(201);
      const slow = dial(server.url);
      const path = `/v1/artifacts/attack/one/files/${"a".repeat(64)}`;
      slow.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n`);
      const drip = setInterval(() => slow.write("a"), 100);
      expect(await isServing()).toBe(true);
      expect(await text(slow)).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
      clearInterval(drip);
    });

    it("gives up a connection on which nothing is sent", async () => {
      expect(await text(dial(server.url))).toMatch(/^HTTP\/1\.1 408 /);
    });
  });

  describe("by size", () => {
    it.each([
      ["one huge header", `X-Large: ${"a".repeat(20_000)}`],
      ["many headers", Array.from({ length: 2_000 }, (_, index) => `X-${index}: aaaa`).join("\r\n")],
      ["a huge cookie", `Cookie: ${"a=b;".repeat(6_000)}`],
    ])("refuses %s", async (_what, headers) => {
      const answer = await raw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large"/s);
    });

    it("refuses a huge path", async () => {
      expect(await raw(`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 431 /,
      );
    });

    it.each(["gzip", "deflate", "br", "zstd", "x-gzip", "identity, gzip"])(
      "unpacks nothing: a body in %s is refused as it is",
      async (encoding) => {
        const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024, 0x20));
        for (const path of [versions, "/v1/resolve"]) {
          const headers = `Content-Type: application/json\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}\r\nConnection: close`;
          const answer = await post(headers, bomb, path);
          expect(answer).toMatch(/^HTTP\/1\.1 415 .*"code":"unsupported_media_type".*without one/s);
        }
        const path = `${versions}/1/builds/a/documents/sbom`;
        const headers = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: ${encoding}\r\nContent-Length: 1\r\nConnection: close\r\n\r\na`;
        expect(await raw(headers)).toMatch(/^HTTP\/1\.1 415 /);
      },
    );

    it("refuses JSON in another charset, which would be read wrongly", async () => {
      const body = Buffer.from(publish("utf16"), "utf16le");
      const headers = `Content-Type: application/json; charset=utf-16le\r\nContent-Length: ${body.length}\r\nConnection: close`;
      expect(await post(headers, body)).toMatch(/^HTTP\/1\.1 415 .*utf-16le.*sent in UTF-8/s);
      const fine = `Content-Type: application/json; charset="UTF-8"\r\nContent-Length: ${publish("utf8").length}\r\nConnection: close`;
      expect(await post(fine, publish("utf8"))).toMatch(/^HTTP\/1\.1 201 /);
    });
  });

  describe("by requests that others would read otherwise", () => {
    const smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

    it.each([
      ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked"],
      ["chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 4"],
      ["two lengths", "Content-Length: 4\r\nContent-Length: 8"],
      ["a list of lengths", "Content-Length: 4, 4"],
      ["a negative length", "Content-Length: -1"],
      ["a length with a sign", "Content-Length: +4"],
      ["a hexadecimal length", "Content-Length: 0x4"],
      ["chunks that are not last", "Transfer-Encoding: chunked, identity"],
      ["chunks that are none", "Transfer-Encoding: xchunked"],
      ["chunks by another name", "Transfer-Encoding : chunked"],
      ["chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"],
      ["a folded header", "Transfer-Encoding:\r\n chunked"],
      ["a NUL in a header", "X-A: a\0b"],
      ["a line feed alone", "X-A: b\nTransfer-Encoding: chunked"],
      ["a carriage return alone", "X-A: b\rTransfer-Encoding: chunked"],
      ["a header without a name", ": b"],
    ])("refuses %s, and reads nothing after it", async (_what, headers) => {
      const answer = await post(`Content-Type: application/json\r\n${headers}`, `0\r\n\r\n${smuggled}`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 .*Connection: close/s);
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    });

    it.each([
      ["a size that is none", "zz\r\n"],
      ["a size with a sign", "-1\r\n"],
      ["a size that overflows", `${"f".repeat(17)}\r\n`],
      ["more bytes than the size", "1\r\nabc\r\n0\r\n\r\n"],
      ["an extension without end", `1;${"a".repeat(20_000)}\r\n`],
    ])("refuses a chunk with %s", async (_what, chunk) => {
      const answer = await post(
        "Content-Type: application/json\r\nTransfer-Encoding: chunked",
        chunk + smuggled,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d .*Connection: close/s);
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    });

    it("a GET with a body is answered, and its body is not the next request", async () => {
      const headers = `Host: localhost\r\nContent-Length: ${smuggled.length}\r\nConnection: close`;
      const answer = await raw(`GET /healthz HTTP/1.1\r\n${headers}\r\n\r\n${smuggled}`);
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
    });

    it("what comes behind a good request and is none ends the connection", async () => {
      const answer = await raw(`${smuggled}nonsense\r\n\r\n${smuggled}`);
      expect(answer.match(/HTTP\/1\.1 \d+/g)?.length ?? 0).toBeLessThanOrEqual(1);
    });

    it.each([
      ["no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"],
      ["two Hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nhost: elsewhere\r\n\r\n"],
      ["the same Host twice", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"],
      ["a Host with a path", "GET /healthz HTTP/1.1\r\nHost: localhost/evil\r\nConnection: close\r\n\r\n"],
      ["a Host with credentials", "GET /healthz HTTP/1.1\r\nHost: a@localhost\r\nConnection: close\r\n\r\n"],
      [
        "a path with a backslash",
        "GET /healthz\\.. HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      ],
      ["another URL as path", "GET http:// HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ])("refuses %s", async (_what, request) => {
      expect(await raw(request)).toMatch(/^HTTP\/1\.1 400 /);
    });

    it("takes no other protocol, and is no proxy", async () => {
      const connected = await raw("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
      expect(connected).not.toContain(" 200 ");
      const upgrade =
        "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x";
      expect(await raw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n\r\n`)).not.toContain(
        " 101 ",
      );
      expect(await raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).toMatch(/^HTTP\/1\.1 [45]\d\d /);
      const through = await raw(
        "GET http://example.org/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      );
      expect(through).not.toContain("Example Domain");
    });
  });

  describe("by paths that lead elsewhere", () => {
    const outside = [
      "../../../etc/passwd",
      "/etc/passwd",
      "..\\..\\secret",
      "a/../../b",
      "%2e%2e%2fetc%2fpasswd",
    ];

    it.each(outside)("finds nothing behind %s, however it is written", async (path) => {
      for (const written of [path, encodeURIComponent(path), encodeURIComponent(encodeURIComponent(path))]) {
        const url = `${versions}/1/builds/a/files/${written}`;
        const answer = await raw(`GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
        expect(answer).not.toContain("root:");
      }
    });

    it("never makes a path of the disk from the name of a file, a document or a build", async () => {
      const before = readdirSync(dataDir, { recursive: true }).length;
      const files = outside.map((path) => ({ path, size: 1, sha256: "a".repeat(64), stored: false }));
      const builds = [{ name: "../../../tmp/build", ...ami("ami-files"), files }];
      const body = JSON.stringify({ fingerprint: "files", builds });
      const reply = await fetch(`${server.url}${versions}`, json(body));
      expect([201, 400]).toContain(reply.status);
      const document = await fetch(
        `${server.url}${versions}/1/builds/a/documents/${encodeURIComponent("../../x")}`,
        {
          method: "PUT",
          headers: { "Content-Type": "application/json" },
          body: "{}",
        },
      );
      expect(document.status).toBe(400);
      expect(readdirSync(dataDir, { recursive: true })).toHaveLength(before);
      expect(existsSync("/tmp/build")).toBe(false);
    });
  });

  it("keeps out connections of an address beyond its share, and serves again when they are gone", async () => {
    const taken = Array.from({ length: 30 }, () => dial(server.url));
    const states = await Promise.all(
      taken.map((socket) => {
        socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return new Promise<boolean>((resolve) => {
          socket.once("data", () => resolve(true));
          socket.once("close", () => resolve(false));
        });
      }),
    );
    expect(states.filter(Boolean).length).toBeLessThanOrEqual(10);
    expect(states.filter(Boolean).length).toBeGreaterThan(5);
    for (const socket of taken) socket.destroy();
    await expect.poll(() => isServing().catch(() => false)).toBe(true);
  });
});
