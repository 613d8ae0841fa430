import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { BuildReport, Publish } from "@waybill/registry-client";

export type Seen = { method: string; path: string; headers: IncomingMessage["headers"]; body: string };

/** A registry that can be made to fail, and remembers every byte it was sent. */
export async function startFakeRegistry() {
  const seen: Seen[] = [];
  const stored = new Map<string, string>();
  let open: (Publish & { artifact: string; reports: Map<string, BuildReport> }) | undefined;
  let number = 0;
  let answer: ((seen: Seen) => { status: number; body: unknown } | undefined) | undefined;

  function version() {
    const expected = open?.expected_builds ?? [];
    const missing = expected.filter((name) => !open?.reports.has(name));
    const complete = missing.length === 0;
    if (complete) number ||= 1;
    return {
      artifact: open?.artifact,
      state: complete ? "complete" : "incomplete",
      number: complete ? number : null,
      fingerprint: open?.fingerprint,
      latest: open?.latest ?? true,
      expected_builds: expected,
      missing_builds: missing,
      builds: [...(open?.reports ?? [])].map(([name, report]) => ({ name, ...report })),
      warnings: [],
    };
  }

  function file({ method, body }: Seen, sha256: string): { status: number; body: unknown } {
    if (method === "PUT") stored.set(sha256, body);
    const bytes = stored.get(sha256);
    const problem = { type: "about:blank", title: "No", status: 404, code: "file_not_found", detail: "No." };
    return bytes === undefined
      ? { status: 404, body: problem }
      : { status: 200, body: { sha256, size: bytes.length } };
  }

  function route(request: Seen): { status: number; body: unknown } {
    const special = answer?.(request);
    if (special) return special;
    const artifact = request.path.split("/").slice(3, 5).join("/");
    const [, sha256] = /\/files\/([0-9a-f]{64})$/.exec(request.path) ?? [];
    if (sha256 !== undefined) return file(request, sha256);
    const body = request.body ? JSON.parse(request.body) : undefined;
    if (request.method === "POST") {
      const known = open?.fingerprint === body.fingerprint ? open : undefined;
      const expected = new Set([...(known?.expected_builds ?? []), ...body.expected_builds]);
      open = { ...body, artifact, expected_builds: [...expected], reports: known?.reports ?? new Map() };
      return { status: 201, body: version() };
    }
    const name = decodeURIComponent(request.path.split("/builds/")[1] ?? "");
    open?.reports.set(name, body);
    return { status: 200, body: { build: { name, ...body }, version: version() } };
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { method = "", url = "", headers } = request;
    const item = { method, path: url, headers, body };
    seen.push(item);
    const { status, body: reply } = route(item);
    response.writeHead(status, {
      "content-type": status < 400 ? "application/json" : "application/problem+json",
    });
    response.end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    seen,
    /** The bytes of files by their SHA-256. */
    stored,
    /** Answers instead of the registry when it returns something. */
    answerWith(next: typeof answer): void {
      answer = next;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
