import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Api } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { contracts, openApiDocument } from "./openapi.ts";

type Media = { schema?: object; example?: unknown };
type Response = { description: string; content?: Record<string, Media> };
type Operation = {
  operationId?: string;
  summary?: string;
  tags?: string[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Response>;
};

const document = openApiDocument();
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
    method,
    path,
    operation,
  })),
);

describe("openapi.json", () => {
  it("is what the route contracts say; `node scripts/openapi.ts` writes it anew", () => {
    const written = readFileSync(new URL("../../openapi.json", import.meta.url), "utf8");
    expect(written).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it("has every route, each with its own operationId", () => {
    expect(operations).toHaveLength(contracts.length);
    const ids = new Set(operations.map(({ operation }) => operation.operationId));
    expect(ids.size).toBe(contracts.length);
  });

  it.each(operations)("$method $path has a summary, documented errors and examples", ({ operation }) => {
    expect(operation.summary).toMatch(/^[A-Z].{10,}[^.]$/);
    expect(operation.tags).toHaveLength(1);
    const statuses = Object.keys(operation.responses);
    expect(statuses.some((status) => Number(status) >= 400)).toBe(true);
    const media = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
      Object.values(part?.content ?? {}),
    );
    expect(media.length).toBeGreaterThan(0);
    for (const { schema, example } of media) {
      expect(schema).toBeDefined();
      expect(example).toBeDefined();
    }
  });

  it("says of every route that is limited that it may refuse for that", () => {
    const limited = contracts.filter((contract) => !("x-unlimited" in contract));
    expect(limited.length).toBe(contracts.length - 3);
    for (const { responses } of limited)
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(["429", "503"]));
  });

  it("has examples that its own schemas accept", () => {
    for (const { request, responses } of contracts as unknown as AnyContract[]) {
      const parts = [request?.body, ...Object.values(responses)].flatMap((part) =>
        Object.values(part?.content ?? {}),
      );
      for (const { schema, example } of parts) expect(schema.safeParse(example).error).toBeUndefined();
    }
  });
});

type AnyContract = {
  request?: { body?: { content: Record<string, Example> } };
  responses: Record<string, { content?: Record<string, Example> }>;
};
type Example = { schema: { safeParse(value: unknown): { error?: unknown } }; example: unknown };

forEachDatabase((test) => {
  it("the server serves the document, its health and readiness", async () => {
    const api = new Api(test.database);
    const served = await api.get("/openapi.json");
    expect(served.body).toEqual(JSON.parse(JSON.stringify(document)));
    const again = await api.request("/openapi.json", {
      headers: { "If-None-Match": served.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
    for (const path of ["/healthz", "/readyz"]) {
      expect((await api.get(path)).body).toEqual({ status: "ok", version: "0.1.0" });
    }
  });

  it("answers what it does not have with a problem", async () => {
    const api = new Api(test.database);
    const unknown = await api.get("/v2/artifacts");
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const wrong = await api.send("DELETE", "/v1/artifacts/a/b/resolve");
    expect([wrong.status, wrong.body.code, wrong.headers.get("allow")]).toEqual([
      405,
      "method_not_allowed",
      "GET",
    ]);
    const head = await api.request("/healthz", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});
