import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../src/main.ts";
import { newToken } from "../src/tokens/token.ts";
import { Api, ami, problemOf } from "./api.ts";
import { forEachDatabase } from "./databases.ts";
import { addToken } from "./tokens.ts";

type Line = Record<string, unknown>;

forEachDatabase((test) => {
  describe("the log", () => {
    const lines: Line[] = [];
    let api: Api;
    let token: { Authorization: string };
    beforeAll(async () => {
      api = new Api(test.database, { dev: false, logTo: (line) => lines.push(JSON.parse(line)) });
      token = await addToken(test.database, "ci", [{ scope: "publish", pattern: "log" }]);
    });

    const last = () => lines.filter((line) => line.msg === "request").at(-1);

    it("has a line for each request, with the id that its answer carries, and who sent it", async () => {
      const body = { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] };
      const reply = await api.send("POST", "/v1/artifacts/log/one/versions", body, token);
      const requestId = reply.headers.get("x-request-id");
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      const path = "/v1/artifacts/log/one/versions";
      const line = { requestId, method: "POST", path, status: 201, actor: "ci" };
      expect(last()).toMatchObject({ ...line, level: 30, milliseconds: expect.any(Number) });
    });

    it("keeps the id that a proxy gives, unless it is none", async () => {
      const ask = async (id: string) =>
        (await api.get("/healthz", { "X-Request-Id": id })).headers.get("x-request-id");
      expect(await ask("edge-4711/a.b:c")).toBe("edge-4711/a.b:c");
      expect(last()).toMatchObject({ requestId: "edge-4711/a.b:c" });
      for (const id of ["a b", "{}", "x".repeat(129), "-a", "<script>"]) {
        expect(await ask(id)).toMatch(/^[0-9a-f-]{36}$/);
      }
    });

    it("never holds a token or the query of a request", async () => {
      await api.get("/v1/artifacts/log/one/resolve?labels=secret%3Dhunter2", token);
      await api.get("/v1/artifacts?token=wbl_query", token);
      await api.get("/v1/artifacts", { Authorization: `Bearer ${newToken()}` });
      expect(JSON.stringify(lines)).not.toMatch(/wbl_|hunter2/);
    });
  });

  it("/metrics needs to read everything where a token is asked for", async () => {
    const api = new Api(test.database, { dev: false });
    const some = await addToken(test.database, "some", [{ scope: "admin", pattern: "team-*" }]);
    const all = await addToken(test.database, "prometheus", [{ scope: "read", pattern: "*" }]);
    expect(problemOf(await api.get("/metrics", some))).toMatchObject({ code: "forbidden", scope: "read" });
    const told = await api.request("/metrics", { headers: all });
    expect([told.status, told.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
  });

  describe("/metrics", () => {
    const bootstrapToken = newToken();
    const admin = { Authorization: `Bearer ${bootstrapToken}` };
    let server: Awaited<ReturnType<typeof startServer>>;
    beforeAll(async () => {
      const databaseUrl = test.url;
      server = await startServer({ databaseUrl, bootstrapToken, metricsListen: "127.0.0.1:0" });
    });
    afterAll(() => server.close());

    async function read(headers: Record<string, string>): Promise<Map<string, number>> {
      const reply = await fetch(`${server.metricsUrl}/metrics`, { headers });
      expect(reply.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      const text = await reply.text();
      expect(text).toMatch(/\n$/);
      return parse(text);
    }

    it("counts requests by route and status, with how long they took", async () => {
      for (const path of ["/v1/artifacts/no/ne", "/v1/artifacts/no/body", "/healthz"]) {
        await fetch(`${server.url}${path}`, { headers: admin });
      }
      const metrics = await read({});
      const name = "waybill_http_request_duration_seconds";
      const route = 'method="GET",route="/v1/artifacts/{namespace}/{artifact}"';
      const [missing] = [401, 404].filter((status) =>
        metrics.has(`${name}_count{${route},status="${status}"}`),
      );
      expect(metrics.get(`${name}_count{${route},status="${missing}"}`)).toBe(2);
      expect(metrics.get(`${name}_bucket{${route},status="${missing}",le="+Inf"}`)).toBe(2);
      expect(metrics.get(`${name}_count{method="GET",route="/healthz",status="200"}`)).toBe(1);
    });

    it("tells of database, jobs, limits and process", async () => {
      const metrics = await read({});
      expect(metrics.get("waybill_database_up")).toBe(1);
      expect(metrics.get("waybill_database_ping_seconds")).toBeGreaterThan(0);
      expect(metrics.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
      expect(metrics.get('nodejs_eventloop_delay_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
      expect(metrics.get('waybill_http_refused_total{reason="token_rate"}')).toBe(0);
      expect(metrics.get("waybill_connections")).toBeGreaterThanOrEqual(0);
      const jobs = [...metrics.keys()].filter((key) =>
        /^waybill_jobs\{queue="[^"]+",state="waiting"\}$/.test(key),
      );
      // Those that are periodic are jobs where several servers share them.
      expect(jobs.length > 0).toBe(test.database.dialect === "postgres");
      const pool = metrics.get('waybill_database_connections{state="total"}');
      if (test.database.dialect === "postgres") expect(pool).toBeGreaterThan(0);
      else expect(pool).toBeUndefined();
    });

    it("is told without a token only where the operator says, and there nothing else is", async () => {
      expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
      for (const path of ["/v1/artifacts", "/healthz", "/metrics/x"]) {
        expect((await fetch(`${server.metricsUrl}${path}`)).status).toBe(404);
      }
      const silent = await startServer({ dev: true });
      expect(silent.metricsUrl).toBeUndefined();
      await silent.close();
    });
  });
});

/** Reads the text format of Prometheus strictly: every sample has its HELP and TYPE before it, and comes once. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let name = "";
  for (const line of text.trimEnd().split("\n")) {
    const [, declared] = /^# HELP ([a-z_]+) \S.*$/.exec(line) ?? [];
    if (declared !== undefined) name = declared;
    else if (line.startsWith("#"))
      expect(line).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`));
    else {
      const [, key = "", value = ""] =
        /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
      expect(key.replace(/\{.*/, "").replace(/_(bucket|sum|count)$/, ""), line).toBe(
        name.replace(/_count$/, ""),
      );
      expect(samples.has(key), line).toBe(false);
      samples.set(key, Number(value));
    }
  }
  return samples;
}
