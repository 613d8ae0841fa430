import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { Clients, type ProxyHeader, rateKeyOf } from "./clients.ts";

function request(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe("who sent a request", () => {
  const proxies = ["10.0.0.0/8", "::1", "2001:db8:1::/48"];
  const of = (header: ProxyHeader, from: string, value?: string, proto?: string) =>
    new Clients(proxies, header).of(
      request(from, {
        ...(value !== undefined && { [header]: value }),
        ...(proto !== undefined && { "x-forwarded-proto": proto }),
      }),
    );

  it("is whoever connects, whatever the headers say, when that is no trusted proxy", () => {
    expect(of("x-forwarded-for", "192.0.2.1", "198.51.100.7", "https")).toEqual({
      address: "192.0.2.1",
      isSecure: false,
    });
    const none = new Clients([], "x-forwarded-for");
    expect(none.of(request("10.0.0.1", { "x-forwarded-for": "198.51.100.7" })).address).toBe("10.0.0.1");
  });

  it.each([
    ["one proxy", "10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["a chain of proxies", "10.0.0.1", "198.51.100.7, 10.1.1.1, 10.2.2.2", "198.51.100.7"],
    ["an address that the client made up before", "10.0.0.1", "127.0.0.1, 198.51.100.7", "198.51.100.7"],
    ["a trusted address that the client made up", "10.0.0.1", "10.9.9.9, 198.51.100.7", "198.51.100.7"],
    ["nothing but proxies", "10.0.0.1", "10.3.3.3, 10.1.1.1", "10.3.3.3"],
    ["no header", "10.0.0.1", undefined, "10.0.0.1"],
    ["an empty header", "10.0.0.1", "", "10.0.0.1"],
    ["what is no address", "10.0.0.1", "198.51.100.7, unknown, 10.1.1.1", "10.1.1.1"],
    ["IPv4 written as IPv6", "::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"],
    ["IPv6", "::1", "2001:DB8:2::7, 2001:db8:1::1", "2001:db8:2::7"],
    ["ports", "10.0.0.1", "198.51.100.7:4711", "198.51.100.7"],
    ["IPv6 with a port", "10.0.0.1", "[2001:db8:2::7]:4711", "2001:db8:2::7"],
  ])("by X-Forwarded-For with %s", (_what, from, header, expected) => {
    expect(of("x-forwarded-for", from, header).address).toBe(expected);
  });

  it.each([
    ["for=198.51.100.7;proto=https", "198.51.100.7", true],
    ['For="[2001:db8:2::7]:4711"; Proto="HTTPS"', "2001:db8:2::7", true],
    ["for=127.0.0.1, for=198.51.100.7;proto=http;by=10.0.0.1", "198.51.100.7", false],
    ["for=_hidden", "10.0.0.1", false],
    ["for=198.51.100.7, for=10.1.1.1;proto=https", "198.51.100.7", false],
  ])("by Forwarded: %s", (header, address, isSecure) => {
    expect(of("forwarded", "10.0.0.1", header)).toEqual({ address, isSecure });
  });

  it("is not told by the header that the proxies do not write", () => {
    const clients = new Clients(proxies, "x-forwarded-for");
    expect(clients.of(request("10.0.0.1", { forwarded: "for=198.51.100.7" })).address).toBe("10.0.0.1");
  });

  it("came encrypted when the trusted proxy says so", () => {
    expect(of("x-forwarded-for", "10.0.0.1", "198.51.100.7", "https").isSecure).toBe(true);
    expect(of("x-forwarded-for", "10.0.0.1", "198.51.100.7", "https, http").isSecure).toBe(false);
    expect(of("x-forwarded-for", "10.0.0.1", "198.51.100.7").isSecure).toBe(false);
  });
});

describe("what is counted as one address", () => {
  it.each([
    ["198.51.100.7", "198.51.100.7"],
    ["2001:db8:0:1:2:3:4:5", "2001:db8:0:1"],
    ["2001:db8::7", "2001:db8:0:0"],
    ["2001:db8:0:1::7", "2001:db8:0:1"],
    ["::1", "0:0:0:0"],
    ["fe80::1:2:3:4", "fe80:0:0:0"],
    ["", ""],
  ])("of %j is %j", (address, key) => {
    expect(rateKeyOf(address)).toBe(key);
  });
});
