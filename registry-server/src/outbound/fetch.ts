/** The one way by which the registry sends requests to others: bounded, and only to addresses it may connect to. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { guardAddresses, RefusedAddress } from "./addresses.ts";

export type OutboundRequest = {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** For all of it: names, connections, redirects and the answer. */
  timeoutMs: number;
  /** How much of an answer is read; a longer one fails, unless it may be cut. */
  maxBytes: number;
  cut?: boolean;
  /** None by default. A POST goes on only after 307 and 308, which keep it what it is. */
  maxRedirects?: number;
  signal?: AbortSignal;
};

export type OutboundAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** Where it came from in the end. */
  url: string;
};

/** Why there is no answer, in one sentence that may be shown: it holds nothing of the request but its host. */
export class OutboundError extends Error {
  readonly reason: "refused" | "unreachable" | "timeout" | "too_large" | "redirect";

  constructor(reason: OutboundError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

export type Outbound = {
  /** Why nothing is ever sent to a URL, as the address in it is one that the registry does not connect to. */
  refusal(url: string): string | undefined;
  /** @throws OutboundError when there is no answer; an answer of any status is none */
  fetch(url: string, request: OutboundRequest): Promise<OutboundAnswer>;
  /** Connects to a server that speaks another protocol. @throws OutboundError */
  connect(target: { host: string; port: number; timeoutMs: number }): Promise<Socket>;
};

/** @param settings.allowedNetworks CIDR of what is not public and may be reached nevertheless */
export function createOutbound({ allowedNetworks }: { allowedNetworks: readonly string[] }): Outbound {
  const guard = guardAddresses(allowedNetworks);

  async function follow(url: URL, request: OutboundRequest, signal: AbortSignal, redirects: number) {
    checkUrl(url);
    const answer = await send(url, request, signal);
    const next = redirectOf(answer, url, request);
    if (!next) return answer;
    if (redirects === 0)
      throw new OutboundError("redirect", `${url.host} redirects more often than allowed.`);
    return follow(
      next,
      next.origin === url.origin ? request : withoutSecrets(request),
      signal,
      redirects - 1,
    );
  }

  /** A number needs no look-up, so nothing else would check it. */
  function checkHost(host: string): void {
    const address = host.replace(/^\[(.*)\]$/, "$1");
    if (isIP(address) !== 0) guard.check(address);
  }

  function checkUrl(url: URL): void {
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new OutboundError("refused", `Only http and https are spoken, not ${url.protocol.slice(0, -1)}.`);
    }
    if (url.username !== "" || url.password !== "") {
      throw new OutboundError("refused", `The URL of ${url.host} holds a user or a password.`);
    }
    checkHost(url.hostname);
  }

  function send(url: URL, request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const { method = "GET", headers = {}, body } = request;
    const start = url.protocol === "https:" ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
      const options = {
        method,
        headers: { "Accept-Encoding": "identity", ...headers, ...length },
        lookup: guard.lookup,
        agent: false,
        signal,
      };
      const outgoing = start(url, options, (incoming) => {
        const { statusCode: status = 0 } = incoming;
        const chunks: Buffer[] = [];
        let size = 0;
        const end = () =>
          resolve({ status, headers: incoming.headers, body: Buffer.concat(chunks), url: url.href });
        incoming.on("data", (chunk: Buffer) => {
          const left = request.maxBytes - size;
          size += chunk.length;
          chunks.push(chunk.subarray(0, left));
          if (size <= request.maxBytes) return;
          if (!request.cut) reject(new OutboundError("too_large", `${url.host} answers with too much.`));
          end();
          outgoing.destroy();
        });
        incoming.on("end", end);
        incoming.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  return {
    refusal(text) {
      const { hostname } = new URL(text);
      try {
        // Names are looked up when something is sent; that one means this machine everywhere.
        checkHost(/(^|\.)localhost\.?$/i.test(hostname) ? "127.0.0.1" : hostname);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    async fetch(text, request) {
      if (!URL.canParse(text)) throw new OutboundError("refused", "What was to be asked is no URL.");
      const url = new URL(text);
      const timeout = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
      try {
        return await follow(url, request, signal, request.maxRedirects ?? 0);
      } catch (error) {
        throw explain(error, url.host, timeout);
      }
    },
    async connect({ host, port, timeoutMs }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        checkHost(host);
        return await new Promise<Socket>((resolve, reject) => {
          const socket = connect({ host, port, lookup: guard.lookup });
          const stop = () => socket.destroy(new Error("timeout"));
          timeout.addEventListener("abort", stop, { once: true });
          socket.once("error", reject);
          socket.once("connect", () => {
            timeout.removeEventListener("abort", stop);
            socket.off("error", reject);
            resolve(socket);
          });
        });
      } catch (error) {
        throw explain(error, host, timeout);
      }
    },
  };
}

function redirectOf(answer: OutboundAnswer, from: URL, { method = "GET" }: OutboundRequest): URL | undefined {
  const codes = method === "GET" ? [301, 302, 303, 307, 308] : [307, 308];
  const { location } = answer.headers;
  if (!codes.includes(answer.status) || typeof location !== "string") return undefined;
  if (!URL.canParse(location, from)) {
    throw new OutboundError("redirect", `${from.host} redirects to something that is no URL.`);
  }
  const to = new URL(location, from);
  if (from.protocol === "https:" && to.protocol !== "https:") {
    throw new OutboundError("redirect", `${from.host} redirects from https to ${to.protocol.slice(0, -1)}.`);
  }
  return to;
}

/** What was meant for one server is not handed to another. */
function withoutSecrets(request: OutboundRequest): OutboundRequest {
  const kept = Object.entries(request.headers ?? {}).filter(
    ([name]) => !/^(authorization|cookie)$/i.test(name),
  );
  return { ...request, headers: Object.fromEntries(kept) };
}

function explain(error: unknown, host: string, timeout: AbortSignal): unknown {
  if (error instanceof OutboundError) return error;
  if (error instanceof RefusedAddress) return new OutboundError("refused", error.message);
  if (timeout.aborted) return new OutboundError("timeout", `${host} did not answer in time.`);
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  return new OutboundError("unreachable", `${host} cannot be reached: ${(cause as Error).message}.`);
}
