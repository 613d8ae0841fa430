import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ResolveResult } from "@waybill/registry-client/client";
import type { Resolved, ResolveQuery } from "@waybill/registry-client/types";

type Answer = (query: ResolveQuery) => ResolveResult | Promise<ResolveResult>;

/** Answers `POST /v1/resolve` as a test wants it, and remembers what it was asked. */
export class FakeRegistry {
  readonly requests: { queries: ResolveQuery[]; headers: NodeJS.Dict<string | string[]> }[] = [];
  readonly address: string;
  readonly #server: Server;
  answer: Answer = (query) => ({ resolved: resolved(query) });

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<FakeRegistry> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { queries } = JSON.parse(Buffer.concat(chunks).toString()) as { queries: ResolveQuery[] };
      registry.requests.push({ queries, headers: request.headers });
      const results = await Promise.all(queries.map((query) => registry.answer(query)));
      response.setHeader("content-type", "application/json").end(JSON.stringify({ results }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const registry = new FakeRegistry(server);
    return registry;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

export function problem(code: string, detail: string, more: Record<string, unknown> = {}): ResolveResult {
  return { problem: { type: "about:blank", title: code, status: 404, code, detail, ...more } };
}

export function resolved(
  { artifact }: Pick<ResolveQuery, "artifact">,
  more: Partial<Resolved> = {},
): Resolved {
  return {
    artifact,
    number: 7,
    semver: "1.4.0",
    fingerprint: "4f2a9c1",
    description: null,
    created_at: "2026-01-31T12:00:01.000Z",
    completed_at: "2026-01-31T12:00:02.000Z",
    channel: "latest",
    external_id: "ami-1",
    images: [
      {
        platform: "aws",
        region: "us-east-1",
        external_id: "ami-1",
        build: "amazon-ebs.web",
        artifact_type: "amazon.ami",
        source_image_id: null,
        labels: {},
      },
    ],
    files: [{ build: "amazon-ebs.web", path: "web.box", size: 5_368_709_121, sha256: "00ff", stored: false }],
    builds: [{ name: "amazon-ebs.web", artifact_type: "amazon.ami", metadata: {}, labels: {} }],
    metadata: { commit: "4f2a9c1" },
    metadata_full: { commit: "4f2a9c1", "region-us-east-1": "ami-1" },
    labels: { team: "platform" },
    revocation: null,
    warnings: [],
    ...more,
  };
}
