import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresProcess, startPostgresProcess } from "../../tools/postgres-process.ts";
import type { Event } from "../src/events/schema.ts";
import { newToken } from "../src/tokens/token.ts";
import type { Version, VersionSummary } from "../src/versions/schema.ts";
import { ami, type Page } from "./api.ts";
import { messagesOf } from "./following.ts";
import { ServeProcess } from "./serve-process.ts";

const token = newToken();
const publishers = 12;
const retryMs = 50;
const answerTimeoutMs = 30_000;
const until = (check: () => void) => vi.waitFor(check, { timeout: 120_000, interval: 50 });

/** Sends each request to the next server, and again to the one after that when it got no answer or an error of it. */
class RoundRobin {
  servers: ServeProcess[];
  readonly stopped = new AbortController();
  #turn = 0;

  constructor(servers: ServeProcess[]) {
    this.servers = servers;
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...init.headers };
    for (;;) {
      const server = this.servers[this.#turn++ % this.servers.length];
      const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(answerTimeoutMs)]);
      const response = await fetch(`${server?.url}${path}`, { signal, ...init, headers }).catch(
        () => undefined,
      );
      if (response && response.status < 500) return response;
      await response?.body?.cancel();
      this.stopped.signal.throwIfAborted();
      await wait(retryMs);
    }
  }

  async get<T>(path: string): Promise<T> {
    return (await this.send(path)).json() as Promise<T>;
  }
}

describe("three servers on one PostgreSQL", { timeout: 300_000 }, () => {
  let postgres: PostgresProcess;
  let directory: string;
  let servers: ServeProcess[] = [];
  let client: RoundRobin;
  beforeAll(async () => {
    postgres = await startPostgresProcess();
    directory = mkdtempSync(join(tmpdir(), "waybill-cluster-"));
    servers = await Promise.all([1, 2, 3].map(() => serve()));
    client = new RoundRobin(servers);
  });
  afterAll(async () => {
    client.stopped.abort();
    await Promise.all(
      servers
        .filter(({ child }) => child.exitCode === null && !child.killed)
        .map((one) => one.end("SIGTERM")),
    );
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const serve = () =>
    new ServeProcess([], {
      WAYBILL_LISTEN: "127.0.0.1:0",
      WAYBILL_DATA_DIR: directory,
      WAYBILL_DATABASE_URL: `${postgres.url}/postgres`,
      WAYBILL_BOOTSTRAP_TOKEN: token,
      WAYBILL_TOKEN_RATE: "off",
      WAYBILL_ADDRESS_RATE: "off",
      WAYBILL_LOG_LEVEL: "fatal",
    }).started();

  it("lose nothing and do nothing twice when one is killed and PostgreSQL restarts and crashes under load", async () => {
    const acknowledged = new Map<string, number>();
    const followed: Event[] = [];
    let isPublishing = true;
    const following = follow((event) => followed.push(event));
    const publishing = Array.from({ length: publishers }, async (_, publisher) => {
      for (let count = 0; isPublishing; count++) {
        const fingerprint = `p${publisher}-${count}`;
        const body = JSON.stringify({ fingerprint, builds: [{ name: "a", ...ami(`ami-${fingerprint}`) }] });
        const path = `/v1/artifacts/cluster/a${publisher % 3}/versions`;
        const response = await client.send(path, { method: "POST", body });
        const version = (await response.json()) as Version;
        expect(version).toMatchObject({ state: "complete", fingerprint });
        acknowledged.set(fingerprint, version.number ?? 0);
      }
    });
    const more = async (count: number) => {
      const enough = acknowledged.size + count;
      await Promise.race([
        until(() => expect(acknowledged.size).toBeGreaterThan(enough)),
        Promise.all(publishing),
      ]);
    };

    await more(30);
    await servers[0]?.end("SIGKILL");
    await more(30);
    await postgres.restart("fast");
    await more(30);
    await postgres.restart("immediate");
    await more(30);
    isPublishing = false;
    await Promise.all(publishing);

    const stored = (
      await Promise.all([0, 1, 2].map((artifact) => versionsOf(`cluster/a${artifact}`)))
    ).flat();
    for (const [fingerprint, number] of acknowledged) {
      expect(stored.filter((version) => version.fingerprint === fingerprint)).toMatchObject([{ number }]);
    }
    expect(stored.length).toBe(acknowledged.size);
    for (const versions of Map.groupBy(stored, (version) => version.artifact).values()) {
      const numbers = versions.map((version) => version.number ?? 0).sort((a, b) => a - b);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }

    // Jobs go on, and so does who follows: a server that is left tells when the time of a revocation comes.
    const at = new Date(Date.now() + 1_000).toISOString();
    const revocation = { method: "PUT", body: JSON.stringify({ reason: "old", at }) };
    expect((await client.send("/v1/artifacts/cluster/a0/versions/1/revocation", revocation)).status).toBe(
      200,
    );
    await until(() => expect(followed.at(-1)?.action).toBe("revocation.effective"));
    const completed = followed.filter((event) => event.action === "version.completed");
    expect(completed.map((event) => `${event.artifact} ${event.number}`).sort()).toEqual(
      stored.map((version) => `${version.artifact} ${version.number}`).sort(),
    );
    client.stopped.abort();
    await following;
  });

  /** Follows all events, going on with the next server where the last one left. */
  async function follow(hear: (event: Event) => void): Promise<void> {
    let last = "0";
    while (!client.stopped.signal.aborted) {
      const headers = { "Last-Event-ID": last };
      const { signal } = client.stopped;
      try {
        const response = await client.send("/v1/events/follow", { headers, signal });
        for await (const { id, data } of messagesOf(response)) {
          hear(JSON.parse(data) as Event);
          last = id ?? last;
        }
      } catch {
        // Its server is gone, or the test has ended.
      }
    }
  }

  async function versionsOf(artifact: string): Promise<VersionSummary[]> {
    const versions: VersionSummary[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await client.get<Page<VersionSummary>>(
        `/v1/artifacts/${artifact}/versions?limit=200${after}`,
      );
      versions.push(...page.items);
      cursor = page.next_cursor;
    }
    return versions;
  }
});
