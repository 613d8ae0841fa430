import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type ClientOptions, RegistryClient, readSettings, type SettingKey } from "../src/index.ts";

export const TOKEN = "wbl_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw";

export type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };
type Play = (request: Seen, response: ServerResponse, attempt: number) => void;

/** A server for one test that plays its part on a free port of the loopback, and remembers what it was asked. */
export async function play(part: Play, tls?: { key: string; cert: string }) {
  const seen: Seen[] = [];
  const listener: RequestListener = async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body });
    part({ method, url, headers, body }, response, seen.length);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { seen, server, port, address: `${tls ? "https" : "http"}://127.0.0.1:${port}` };
}

/** A client for one test that gives up soon. */
export function client(
  address: string,
  args: Partial<Record<SettingKey, string>> = {},
  options: Partial<ClientOptions> = {},
) {
  const settings = readSettings({ address, token: TOKEN, timeout: "5s", ...args }, {});
  const made = new RegistryClient(settings, { userAgent: "waybill-test/0", env: {}, ...options });
  onTestFinished(() => made.close());
  return made;
}

export function json(response: ServerResponse, body: unknown, status = 200, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, status: number, code: string, more = {}, headers = {}) {
  const body = { type: "about:blank", title: "No", status, code, detail: `it is ${code}`, ...more };
  response.writeHead(status, { "content-type": "application/problem+json", ...headers });
  response.end(JSON.stringify(body));
}
