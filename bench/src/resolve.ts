import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import autocannon from "autocannon";
import type { Figure } from "./figure.ts";
import { fillRegistry } from "./fill.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { inTurn, median } from "./statistics.ts";

const promised = 0.45;
const rounds = 5;
const secondsPerLoad = 4;
/** Enough that neither server ever waits for the next request. */
const connections = 100;
const size = { artifacts: 100, versionsEach: 1_000 };

/** Requests per second of `resolve` with a token, against a route of bare Hono that answers a constant. */
export async function measureResolve(directory: string): Promise<Figure> {
  const token = randomToken();
  // The first start makes the tables, the second finds them full.
  const first = await startRegistry(directory, token);
  await first.registry.end("SIGTERM");
  const artifacts = fillRegistry(first.database, size);
  const { registry } = await startRegistry(directory, token);
  const hello = await startHello();
  const requests = artifacts.map((artifact) => ({
    method: "GET" as const,
    path: `/v1/artifacts/${artifact}/resolve?region=us-east-1`,
    headers: { authorization: `Bearer ${token}` },
  }));
  try {
    const { a, b } = await inTurn(
      rounds,
      () => requestsPerSecond(registry.address, requests),
      () => requestsPerSecond(hello.address, [{ method: "GET", path: "/" }]),
    );
    const ratio = median(a) / median(b);
    const versions = (size.artifacts * size.versionsEach).toLocaleString("en");
    return {
      title: `server: resolve over HTTP at ${versions} versions, against a bare Hono hello`,
      measured: `${ratio.toFixed(2)} x`,
      promised: `>= ${promised} x`,
      holds: ratio >= promised,
      how: `${rounds} rounds of ${secondsPerLoad} s in turn, ${connections} connections, medians ${median(a).toFixed(0)} and ${median(b).toFixed(0)} requests/s`,
    };
  } finally {
    hello.end();
    await registry.end("SIGTERM");
  }
}

async function requestsPerSecond(url: string, requests: autocannon.Request[]): Promise<number> {
  const result = await autocannon({ url, connections, duration: secondsPerLoad, requests });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} requests failed`);
  }
  return result.requests.average;
}

async function startHello(): Promise<{ address: string; end(): void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "hello.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { address: line.toString().trim(), end: () => child.kill() };
}
