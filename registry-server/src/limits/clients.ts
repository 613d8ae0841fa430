import type { IncomingMessage } from "node:http";
import { type BlockList, isIP } from "node:net";
import { networks } from "../outbound/addresses.ts";

/** The header in which proxies name who they speak for. */
export const proxyHeaders = ["x-forwarded-for", "forwarded"] as const;
export type ProxyHeader = (typeof proxyHeaders)[number];

/** Who sent a request, behind the proxies that the operator trusts. */
export type Client = { address: string; isSecure: boolean };

/**
 * Tells who sent a request.
 *
 * Each proxy adds, at the end, whom it got the request from; so the last entry that is no trusted proxy is the client,
 * and whatever stands before it is only what that client says.
 */
export class Clients {
  readonly #proxies: BlockList | undefined;
  readonly #header: ProxyHeader;

  /**
   * @param trusted networks of the proxies; without any, whoever connects is the client
   * @param header the one that those proxies write; the other could come from the client unchanged
   */
  constructor(trusted: readonly string[], header: ProxyHeader) {
    this.#proxies = trusted.length === 0 ? undefined : networks(trusted);
    this.#header = header;
  }

  isProxy(address: string): boolean {
    return this.#proxies?.check(plain(address), isIP(plain(address)) === 6 ? "ipv6" : "ipv4") ?? false;
  }

  of({ socket, headers }: IncomingMessage): Client {
    const direct = { address: plain(socket.remoteAddress ?? ""), isSecure: "encrypted" in socket };
    if (!this.isProxy(direct.address)) return direct;
    const hops = this.#header === "forwarded" ? readForwarded(headers.forwarded) : readForwardedFor(headers);
    let client: Client = direct;
    for (const hop of hops.reverse()) {
      // What is no address, as "unknown" or a made-up name, ends what can be known.
      if (isIP(hop.address) === 0) break;
      client = hop;
      if (!this.isProxy(hop.address)) break;
    }
    return client;
  }
}

function readForwardedFor(headers: IncomingMessage["headers"]): Client[] {
  const isSecure =
    String(headers["x-forwarded-proto"] ?? "")
      .split(",")
      .at(-1)
      ?.trim() === "https";
  const hops = String(headers["x-forwarded-for"] ?? "").split(",");
  return hops.map((hop) => ({ address: plain(hop.trim()), isSecure }));
}

/** `for=192.0.2.60;proto=https, for="[2001:db8::1]:4711"` (RFC 7239) */
function readForwarded(text = ""): Client[] {
  return text.split(",").map((hop) => {
    const pairs = hop.split(";").map((pair) => pair.trim().split("="));
    const find = (name: string) =>
      pairs.find(([key]) => key?.toLowerCase() === name)?.[1]?.replace(/^"(.*)"$/, "$1") ?? "";
    return { address: plain(find("for")), isSecure: find("proto").toLowerCase() === "https" };
  });
}

/** An address without a port and brackets; an IPv4 address written as IPv6 is what it stands for. */
function plain(text: string): string {
  const [, inBrackets, withPort] = /^(?:\[(.*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return (inBrackets ?? withPort ?? text).replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
}

/** What is counted as one address: of IPv6 its first 64 bits, as whoever has one address has all of those. */
export function rateKeyOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":");
  const missing = 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const all = address.includes("::") ? [...groups, ...Array(Math.max(0, missing)).fill("0"), tail] : groups;
  return all
    .slice(0, 4)
    .map((group) => group || "0")
    .join(":");
}
