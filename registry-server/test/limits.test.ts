import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../src/main.ts";
import { newToken } from "../src/tokens/token.ts";
import { ami } from "./api.ts";
import { emptyPostgres } from "./databases.ts";
import { dial } from "./raw.ts";

const bootstrapToken = newToken();
const authorization = { Authorization: `Bearer ${bootstrapToken}` };
let server: RunningServer;

function useServer(options: ServerOptions): void {
  beforeAll(async () => {
    server = await startServer({ bootstrapToken, ...options });
  });
  afterAll(() => server.close());
}

async function get(path: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${server.url}${path}`, { headers });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

async function statuses(count: number, headers: Record<string, string>): Promise<number[]> {
  const replies = [];
  for (let index = 0; index < count; index++) replies.push((await get("/v1/artifacts", headers)).status);
  return replies;
}

describe("requests with a token", () => {
  useServer({ tokenRate: "3/1h", addressRate: "2/1h" });

  it("are answered with what is left, and beyond their rate with 429 and when to come back", async () => {
    const first = await get("/v1/artifacts", authorization);
    expect(first.status).toBe(200);
    expect(first.headers.get("ratelimit-policy")).toBe('"token";q=3;w=3600');
    expect(first.headers.get("ratelimit")).toMatch(/^"token";r=2;t=1200$/);
    expect(await statuses(2, authorization)).toEqual([200, 200]);
    const refused = await get("/v1/artifacts", authorization);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(1_000);
    expect(refused.headers.get("ratelimit")).toMatch(/^"token";r=0;/);
    expect(JSON.parse(refused.text)).toMatchObject({ code: "too_many_requests", status: 429 });
  });

  it("do not use up what their address may send without one, nor the other way round", async () => {
    const wrong = { Authorization: `Bearer ${newToken()}` };
    expect(await statuses(3, wrong)).toEqual([401, 401, 429]);
    expect(await statuses(1, {})).toEqual([429]);
    expect((await get("/no/such/route")).status).toBe(429);
  });

  it("that ask whether the server is well are always answered", async () => {
    for (const path of ["/healthz", "/readyz"]) expect((await get(path)).status).toBe(200);
    expect((await get("/metrics", authorization)).status).toBe(200);
  });
});

describe("requests through a proxy", () => {
  useServer({ addressRate: "1/1h", trustedProxies: "127.0.0.0/8" });

  it("are counted by the address behind it, which the client cannot make up", async () => {
    const from = (list: string) => statuses(1, { "X-Forwarded-For": list });
    expect(await from("198.51.100.7")).toEqual([401]);
    expect(await from("198.51.100.8")).toEqual([401]);
    expect(await from("203.0.113.9, 198.51.100.7")).toEqual([429]);
  });

  it("are told to keep to TLS when they came by it", async () => {
    const secure = { "X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "https" };
    expect((await get("/healthz", secure)).headers.get("strict-transport-security")).toMatch(/^max-age=/);
    expect((await get("/healthz")).headers.get("strict-transport-security")).toBeNull();
  });
});

describe("headers of other addresses", () => {
  useServer({ addressRate: "1/1h" });

  it("mean nothing without a trusted proxy", async () => {
    expect(await statuses(1, { "X-Forwarded-For": "198.51.100.7" })).toEqual([401]);
    expect(await statuses(1, { "X-Forwarded-For": "198.51.100.8" })).toEqual([429]);
  });
});

describe("more requests at once than allowed", () => {
  let database: Awaited<ReturnType<typeof emptyPostgres>>;
  beforeAll(async () => {
    database = await emptyPostgres();
    server = await startServer({ bootstrapToken, maxRequests: "2", databaseUrl: database.url });
  });
  afterAll(async () => {
    await server.close();
    await database.remove();
  });

  const publish = (fingerprint: string) =>
    fetch(`${server.url}/v1/artifacts/load/one/versions`, {
      method: "POST",
      headers: { ...authorization, "Content-Type": "application/json" },
      body: JSON.stringify({ fingerprint, builds: [{ name: "a", ...ami("ami-1") }] }),
    });

  it("are answered 503 with when to come back, while those under way go on", async () => {
    expect((await publish("first")).status).toBe(201);
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query("BEGIN; LOCK TABLE versions IN ACCESS EXCLUSIVE MODE");
    const waiting = [publish("a"), publish("b")];
    const status = async () => (await get("/v1/artifacts", authorization)).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(503);
    const refused = await get("/v1/artifacts", authorization);
    expect(JSON.parse(refused.text)).toMatchObject({ code: "unavailable" });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await get("/healthz")).status).toBe(200);
    const told = await get("/metrics", authorization);
    expect(told.text).toMatch(/^waybill_http_requests_in_flight 2$/m);
    expect(told.text).toMatch(/^waybill_http_refused_total\{reason="load"\} [1-9]/m);
    await blocker.end();
    expect((await Promise.all(waiting)).map((reply) => reply.status)).toEqual([201, 201]);
    expect((await get("/v1/artifacts", authorization)).status).toBe(200);
  });

  it("are not those whose bodies have not arrived, which would keep out others by being slow", async () => {
    const head = `Host: localhost\r\nAuthorization: Bearer ${bootstrapToken}\r\nContent-Type: application/json\r\nContent-Length: 100`;
    const slow = Array.from({ length: 5 }, () => dial(server.url));
    for (const socket of slow) socket.write(`POST /v1/resolve HTTP/1.1\r\n${head}\r\n\r\n{`);
    const isHere = /^waybill_connections ([5-9]|\d\d)$/m;
    await expect.poll(async () => (await get("/metrics", authorization)).text).toMatch(isHere);
    expect((await get("/v1/artifacts", authorization)).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});

describe("every answer", () => {
  useServer({});

  it.each([
    ["a success", "/v1/artifacts", authorization, 200],
    ["an error", "/v1/artifacts/a/b", authorization, 404],
    ["a refusal", "/v1/artifacts", {}, 401],
    ["what is no route", "/none", {}, 404],
    ["health", "/healthz", {}, 200],
  ])("tells browsers to guess, run, embed and keep nothing: %s", async (_what, path, headers, status) => {
    const reply = await get(path, headers as Record<string, string>);
    expect(reply.status).toBe(status);
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
    expect(reply.headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(reply.headers.get("cache-control")).toBe("no-store");
    for (const header of ["server", "x-powered-by"]) expect(reply.headers.get(header)).toBeNull();
  });
});
