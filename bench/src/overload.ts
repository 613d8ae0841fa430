import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import autocannon from "autocannon";
import { run } from "../../tools/run.ts";
import type { Figure } from "./figure.ts";
import { fillRegistry } from "./fill.ts";
import { randomToken, startRegistry } from "./registry.ts";

const crowds = [500, 2_000];
const seconds = 6;
const size = { artifacts: 20, versionsEach: 100 };
const promised = { healthSeconds: 2, grownMiB: 256 };
const askEveryMs = 100;

/** Far more clients than one server can serve, all at once: who is not answered is told so, and nothing grows. */
export async function measureOverload(directory: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const connections of crowds) {
    const own = join(directory, String(connections));
    await mkdir(own);
    figures.push(await measureCrowd(own, connections));
  }
  return figures;
}

async function measureCrowd(directory: string, connections: number): Promise<Figure> {
  const token = randomToken();
  const first = await startRegistry(directory, token);
  await first.registry.end("SIGTERM");
  fillRegistry(first.database, size);
  const { registry } = await startRegistry(directory, token);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  try {
    const before = await residentMiB(registry.pid);
    const load = autocannon({
      url: registry.address,
      connections,
      duration: seconds,
      timeout: 30,
      requests: [
        { method: "POST", path: "/v1/artifacts/load/one/versions", headers, setupRequest: withPublication },
        { method: "GET", path: "/v1/search?q=web", headers },
      ],
    });
    const ended = load.then(() => true);
    let [slowest, largest] = [0, 0];
    while (!(await Promise.race([ended, delay(askEveryMs, false)]))) {
      slowest = Math.max(slowest, await healthSeconds(registry.address));
      largest = Math.max(largest, await residentMiB(registry.pid));
    }
    const result = await load;
    const refused = result.statusCodeStats?.["503"]?.count ?? 0;
    const others = result.non2xx - refused;
    const lost = result.errors + result.timeouts;
    const grown = largest - before;
    const total = result["2xx"] + result.non2xx;
    return {
      title: `server: ${connections.toLocaleString("en")} clients that publish and search at once`,
      measured: `health within ${slowest.toFixed(2)} s, ${lost} without an answer, memory grown by ${grown.toFixed(0)} MiB`,
      promised: `< ${promised.healthSeconds} s, 0, < ${promised.grownMiB} MiB`,
      holds: lost + others === 0 && slowest < promised.healthSeconds && grown < promised.grownMiB,
      how: `${seconds} s; ${result["2xx"]} of ${total} requests done, ${refused} answered 503 with Retry-After, ${others} otherwise`,
    };
  } finally {
    await registry.end("SIGTERM");
  }
}

/** Asked by a program of its own: this one is busy being all the clients. */
async function healthSeconds(address: string): Promise<number> {
  const args = ["-sf", "-o", "/dev/null", "-w", "%{time_total}", `${address}/healthz`];
  const { stdout, code } = await run("curl", args, { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`/healthz did not answer 200 (curl ended with ${code})`);
  return Number(stdout);
}

let published = 0;

function withPublication(request: autocannon.Request): autocannon.Request {
  const images = [{ platform: "aws", region: "us-east-1", external_id: `ami-${published}` }];
  const builds = [{ name: "web", artifact_type: "amazon.ami", images }];
  return { ...request, body: JSON.stringify({ fingerprint: `load-${published++}`, builds }) };
}

async function residentMiB(pid: number | undefined): Promise<number> {
  const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)], { timeoutMs: 10_000 });
  return Number(stdout) / 1024;
}
