import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { Problem, type ProblemCode } from "../http/problem.ts";
import { type Client, Clients, type ProxyHeader, rateKeyOf } from "./clients.ts";
import { Load } from "./load.ts";
import { Meter, type Rate } from "./rates.ts";

export type GateSettings = {
  /** Requests with one token; not given, they are not counted. */
  tokenRate?: Rate | undefined;
  /** Requests from one address that show no valid token; not given, they are not counted. */
  addressRate?: Rate | undefined;
  /** Requests at once. */
  maxRequests: number;
  trustedProxies: readonly string[];
  trustedProxyHeader: ProxyHeader;
};

/** What only those are told who have shown no token. */
const strange = new Set<ProblemCode>(["unauthorized", "not_found", "method_not_allowed"]);

/** What every request passes before it costs anything: who sends it, how many of them, how much is going on. */
export class Gate {
  readonly load: Load;
  readonly tokens: Meter | undefined;
  readonly addresses: Meter | undefined;
  readonly #clients: Clients;

  constructor(settings: GateSettings) {
    const { tokenRate, addressRate, maxRequests, trustedProxies, trustedProxyHeader } = settings;
    this.load = new Load(maxRequests);
    this.tokens = tokenRate && new Meter(tokenRate, "token");
    this.addresses = addressRate && new Meter(addressRate, "address");
    this.#clients = new Clients(trustedProxies, trustedProxyHeader);
  }

  isProxy(address: string): boolean {
    return this.#clients.isProxy(address);
  }

  /** Whether a request came encrypted, here or to a trusted proxy. */
  cameSecurely(incoming: IncomingMessage): boolean {
    return this.#clients.of(incoming).isSecure;
  }

  /** Who sent a request; nobody when it did not come over a network, as in tests. */
  clientOf(c: Context): Client | undefined {
    const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
    return incoming && this.#clients.of(incoming);
  }

  /**
   * Counts a request that shows no token, or none that is known. Those with a token are counted by it alone, so that
   * many of them may share an address.
   *
   * @throws Problem `too_many_requests`
   */
  countStranger(c: Context, now: number, headers: Record<string, string>): void {
    this.addresses?.count(rateKeyOf(this.clientOf(c)?.address ?? ""), now, headers);
  }

  /**
   * An error as its sender learns it: who tries one token, or one path, after the other is told after a while only that
   * it is too often.
   */
  judge(error: unknown, c: Context, now: number, headers: Record<string, string>): unknown {
    if (!(error instanceof Problem && strange.has(error.code))) return error;
    try {
      this.countStranger(c, now, headers);
      return error;
    } catch (tooMany) {
      return tooMany;
    }
  }
}

/** A gate through which everybody passes. */
export function openGate(): Gate {
  return new Gate({ maxRequests: Infinity, trustedProxies: [], trustedProxyHeader: "x-forwarded-for" });
}
