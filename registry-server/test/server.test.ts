import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, get, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../src/main.ts";
import { newToken } from "../src/tokens/token.ts";
import { ami } from "./api.ts";
import { emptyPostgres, runSql } from "./databases.ts";

describe("a server on a port", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ dev: true });
  });
  afterAll(() => server.close());

  const versions = "/v1/artifacts/port/one/versions";
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${versions}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body,
    });

  it("publishes and resolves", async () => {
    const published = await post(
      JSON.stringify({ fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] }),
    );
    expect(published.status).toBe(201);
    const resolved = await fetch(`${server.url}/v1/artifacts/port/one/resolve`);
    expect(await resolved.json()).toMatchObject({ external_id: "ami-1" });
    expect(resolved.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("stops reading a body at 1 MiB, also when its length is not told", async () => {
    const sent = request(`${server.url}${versions}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
    });
    sent.on("error", () => {});
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    for (let index = 0; index < 20; index++) sent.write(chunk);
    const [response] = await once(sent, "response");
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(await text(response))).toMatchObject({ code: "body_too_large" });
    sent.destroy();
  });

  it("answers headers that are too large, and what is not HTTP", async () => {
    const large = await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ${"a".repeat(20_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(large).toContain('"code":"headers_too_large"');
    expect(await raw("nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*"code":"invalid_request"/s);
  });

  it("keeps a sharp eye on paths: an encoded slash belongs to the name of a build", async () => {
    await post(JSON.stringify({ fingerprint: "slash", builds: [{ name: "a/b", ...ami("ami-2") }] }));
    const path = `${server.url}${versions}/fingerprint:slash/builds`;
    expect((await fetch(`${path}/a%2Fb`)).status).toBe(200);
    expect((await fetch(`${path}/a/b`)).status).toBe(404);
    expect((await fetch(`${path}/a%252Fb`)).status).toBe(404);
  });

  it.each([
    ...["localhost", "LOCALHOST:80", "127.0.0.1:8200", "127.9.9.9", "[::1]", "[::1]:8200"].map((host) => [
      host,
      200,
    ]),
    ...[
      "evil.example",
      "evil.example:8200",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "192.168.0.1",
    ].map((host) => [host, 400]),
  ])("in development mode answers a request to the host %s with %d", async (host, status) => {
    const answer = await raw(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    if (status === 400) expect(answer).toContain('"code":"invalid_request"');
  });

  async function raw(bytes: string): Promise<string> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(bytes);
    return text(socket);
  }
});

describe("closing a server", () => {
  it("lets a request under way end, and takes no new one", async () => {
    const server = await startServer({ dev: true });
    const agent = new Agent({ keepAlive: true });
    const [idle] = await once(get(`${server.url}/healthz`, { agent }), "response");
    idle.resume();
    await once(idle, "end");
    const body = JSON.stringify({ fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
    const headers = { "Content-Type": "application/json", "Content-Length": body.length };
    const slow = request(`${server.url}/v1/artifacts/drain/one/versions`, {
      method: "POST",
      headers,
      agent: new Agent(),
    });
    slow.write(body.slice(0, 10));
    // The server answers this one on its own connection only after it has read the beginning of the slow one.
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const closed = server.close();
    slow.end(body.slice(10));
    const [response] = await once(slow, "response");
    expect(response.statusCode).toBe(201);
    response.resume();
    await closed;
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    agent.destroy();
  });

  it("keeps all data for the next start, with the same bootstrap token", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "waybill-data-"));
    const bootstrapToken = newToken();
    const headers = { Authorization: `Bearer ${bootstrapToken}`, "Content-Type": "application/json" };
    const first = await startServer({ dataDir, bootstrapToken });
    expect(first.bootstrap).toEqual({ givenIsUnknown: false });
    const body = JSON.stringify({ fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
    await fetch(`${first.url}/v1/artifacts/a/b/versions`, { method: "POST", headers, body });
    await first.close();
    const second = await startServer({ dataDir, bootstrapToken });
    expect(await (await fetch(`${second.url}/v1/artifacts/a/b/resolve`, { headers })).json()).toMatchObject({
      number: 1,
    });
    await second.close();
    rmSync(dataDir, { recursive: true });
  });
});

describe("starting a server", () => {
  it("fails with a sentence when the address is taken or the database is away", async () => {
    const server = await startServer({ dev: true });
    const listen = new URL(server.url).host;
    await expect(startServer({ dev: true, listen })).rejects.toThrow(
      /^Cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*\. Stop what listens there, or name another address\.$/,
    );
    await server.close();
    const away = startServer({ dev: true, databaseUrl: "postgres://user:secret@127.0.0.1:9/none" });
    await expect(away).rejects.toThrow(
      /^The database cannot be used: .*ECONNREFUSED.* Check WAYBILL_DATABASE_URL/,
    );
    await expect(away).rejects.not.toThrow(/secret/);
  });
});

describe("a PostgreSQL that goes away", () => {
  it("makes /readyz and the API answer 503 until it is back", async () => {
    const { url, remove } = await emptyPostgres();
    const name = new URL(url).pathname.slice(1);
    const admin = url.replace(name, "postgres");
    const server = await startServer({ dev: true, databaseUrl: url });
    const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
    expect(await status("/readyz")).toBe(200);
    await runSql(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await runSql(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    expect(await status("/readyz")).toBe(503);
    const reply = await fetch(`${server.url}/v1/artifacts/a/b/resolve`);
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await reply.json()).toMatchObject({ code: "unavailable" });
    expect(await status("/healthz")).toBe(200);
    await runSql(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    expect(await status("/readyz")).toBe(200);
    expect(await status("/v1/artifacts/a/b/resolve")).toBe(404);
    await server.close();
    await remove();
  });
});
