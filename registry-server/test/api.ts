import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { expect } from "vitest";
import { createApp } from "../src/app.ts";
import type { Artifact } from "../src/artifacts/schema.ts";
import type { Build, BuildReport } from "../src/builds/schema.ts";
import { Consumptions } from "../src/consumers/consumptions.ts";
import type { Database } from "../src/database/database.ts";
import { openDirectoryStore } from "../src/files/stores/directory.ts";
import type { FileStore } from "../src/files/stores/store.ts";
import type { ProblemBody } from "../src/http/problem.ts";
import type { FoundImage } from "../src/images/schema.ts";
import type { Jobs } from "../src/jobs/queue.ts";
import { createOutbound } from "../src/outbound/fetch.ts";
import type { ProviderStore } from "../src/providers/store.ts";
import type { Resolved, ResolveResult } from "../src/resolving/schema.ts";
import { LastUses } from "../src/tokens/last-uses.ts";
import type { Version, VersionSummary } from "../src/versions/schema.ts";
import type { Mailer } from "../src/webhooks/email.ts";

export const day = 86_400_000;

/** A clock that tests move. */
export class TestClock {
  #now: number;

  constructor(start = Date.parse("2026-01-01T00:00:00Z")) {
    this.#now = start;
  }

  readonly read = (): Date => new Date(this.#now);

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** For tests that are not about jobs: it takes them and does none. */
const noJobs: Jobs = {
  add: async () => {},
  work: () => {},
  every: () => {},
  counts: async () => [],
  stop: async () => {},
};

type Reply<T> = { status: number; body: T; headers: Headers };
export type Page<T> = { items: T[]; next_cursor: string | null };

/** The HTTP API without a port: every test goes through the public door. */
export class Api {
  readonly clock: TestClock;
  readonly consumptions: Consumptions;
  readonly files: FileStore;
  readonly #closing = new AbortController();
  readonly #app: ReturnType<typeof createApp>;

  constructor(
    database: Database,
    options: {
      dev?: boolean;
      logTo?: (line: string) => void;
      jobs?: Jobs;
      /** When it starts; the beginning of 2026 otherwise. */
      clock?: number;
      mail?: Mailer;
      maxLogSize?: number;
      files?: FileStore;
      maxFileSize?: number;
      providers?: ProviderStore;
    } = {},
  ) {
    const log = pino({ level: options.logTo ? "trace" : "silent" }, { write: options.logTo ?? (() => {}) });
    this.clock = new TestClock(options.clock);
    const { clock } = this;
    const dev = options.dev ?? true;
    this.consumptions = new Consumptions(database, clock.read, log);
    const { consumptions } = this;
    const lastUses = new LastUses(database, clock.read);
    const outbound = createOutbound({ allowedNetworks: ["127.0.0.0/8"] });
    const closing = this.#closing.signal;
    const jobs = options.jobs ?? noJobs;
    const needs = { database, log, clock: clock.read, dev, incompleteTtlMs: 7 * day, consumptions, closing };
    const { maxLogSize = 1024 * 1024, maxFileSize = 1024 * 1024 } = options;
    this.files = options.files ?? openDirectoryStore(join(tmpdir(), "waybill-test-files"));
    const { mail, providers } = options;
    this.#app = createApp({
      ...needs,
      jobs,
      mail,
      maxLogSize,
      lastUses,
      outbound,
      files: this.files,
      maxFileSize,
      providers,
    });
  }

  /** As when the server ends: answers that would go on end. */
  close(): void {
    this.#closing.abort();
  }

  request(path: string, init?: RequestInit): Promise<Response> {
    return Promise.resolve(this.#app.request(path, init));
  }

  async send<T = ProblemBody>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const init =
      body === undefined
        ? { method, headers }
        : { method, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
    const response = await this.request(path, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? undefined : JSON.parse(text)) as T,
    };
  }

  get<T = ProblemBody>(path: string, headers?: Record<string, string>): Promise<Reply<T>> {
    return this.send<T>("GET", path, undefined, headers);
  }

  /** Publishes and expects it to be accepted. */
  async publish(artifact: string, body: object): Promise<Version> {
    const reply = await this.send<Version>("POST", `/v1/artifacts/${artifact}/versions`, body);
    expect(reply.body, JSON.stringify(reply.body)).toHaveProperty("state");
    return reply.body;
  }

  report(artifact: string, fingerprint: string, build: string, body: object) {
    const path = `/v1/artifacts/${artifact}/versions/fingerprint:${fingerprint}/builds/${encodeURIComponent(build)}`;
    return this.send<{ build: Build; version: Version }>("PUT", path, body);
  }

  resolve(artifact: string, query = "") {
    return this.get<Resolved>(`/v1/artifacts/${artifact}/resolve?${query}`);
  }

  resolveMany(queries: unknown[]) {
    return this.send<{ results: ResolveResult[] }>("POST", "/v1/resolve", { queries });
  }

  version(artifact: string, version: string | number) {
    return this.get<Version>(`/v1/artifacts/${artifact}/versions/${version}`);
  }

  versions(artifact: string, query = "") {
    return this.get<Page<VersionSummary>>(`/v1/artifacts/${artifact}/versions?${query}`);
  }

  artifacts(query = "") {
    return this.get<Page<Artifact>>(`/v1/artifacts?${query}`);
  }

  images(query: string) {
    return this.get<Page<FoundImage>>(`/v1/images?${query}`);
  }
}

/** A report of an Amazon image, with what a test wants to be different. */
export function ami(id: string, change: Partial<BuildReport> & { region?: string } = {}) {
  const { region = "us-east-1", ...rest } = change;
  return {
    artifact_type: "amazon.ami",
    images: [{ platform: "aws", region, external_id: id }],
    ...rest,
  };
}

/** The problem of a reply, after checking that it is one. */
export function problemOf(reply: Reply<unknown>): ProblemBody & Record<string, unknown> {
  expect(reply.headers.get("content-type")).toBe("application/problem+json");
  const problem = reply.body as ProblemBody;
  expect(problem.status).toBe(reply.status);
  expect(problem.detail).toMatch(/^\S.*\.$/s);
  return problem;
}
