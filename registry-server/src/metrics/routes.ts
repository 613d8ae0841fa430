import { createServer, type Server } from "node:http";
import { createRoute, z } from "@hono/zod-openapi";
import { Content } from "../http/content.ts";
import type { Register } from "../http/contract.ts";
import { commonProblems } from "../http/responses.ts";
import type { Metrics } from "./metrics.ts";

const mediaType = "text/plain; version=0.0.4; charset=utf-8";
const example =
  'waybill_http_request_duration_seconds_count{method="GET",route="/v1/artifacts",status="200"} 12\n';

export const getMetrics = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "getMetrics",
  tags: ["operations"],
  "x-unlimited": true,
  "x-scope": "read",
  "x-scope-on": "registry",
  summary: "What the server tells about itself, in the text format of Prometheus",
  responses: {
    200: {
      description: "Requests, database, jobs, limits and the process; no names of artifacts",
      content: { "text/plain": { schema: z.string(), example } },
    },
    ...commonProblems,
  },
});

/** An answer that is text to be shown. */
class Text extends Content {
  override get headers(): Record<string, string> {
    return { "Content-Type": this.mediaType };
  }
}

/** Adds the route that tells the metrics. */
export function metricsRoutes(register: Register, metrics: Metrics): void {
  register(getMetrics, async () => {
    const bytes = Buffer.from(await metrics.text());
    return { status: 200, body: new Text({ bytes, mediaType, sha256: "", fileName: "metrics" }) };
  });
}

/** A server that tells the metrics, and nothing else, to whoever can connect to it. */
export function metricsListener(metrics: Metrics): Server {
  return createServer(async ({ method, url }, response) => {
    const isKnown = method === "GET" && url === "/metrics";
    response.writeHead(isKnown ? 200 : 404, { "Content-Type": isKnown ? mediaType : "text/plain" });
    response.end(isKnown ? await metrics.text() : "There is only GET /metrics here.\n");
  });
}
