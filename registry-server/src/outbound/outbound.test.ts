import { createServer } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Receiver } from "../../test/receiver.ts";
import { guardAddresses } from "./addresses.ts";
import { createOutbound } from "./fetch.ts";

const dns = vi.hoisted(() => ({ answers: new Map<string, string[][]>() }));
vi.mock("node:dns", async (original) => ({
  ...(await original<typeof import("node:dns")>()),
  lookup: (
    hostname: string,
    _options: object,
    callback: (error: Error | null, found: { address: string; family: number }[]) => void,
  ) => {
    const answers = dns.answers.get(hostname) ?? [];
    const found = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    const list = found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    callback(list.length === 0 ? new Error(`getaddrinfo ENOTFOUND ${hostname}`) : null, list);
  },
}));
afterEach(() => dns.answers.clear());

const limits = { timeoutMs: 10_000, maxBytes: 100 };
const closed = createOutbound({ allowedNetworks: [] });
const open = createOutbound({ allowedNetworks: ["127.0.0.0/8"] });
const portOf = (url: string) => new URL(url).port;

describe("addresses", () => {
  const refused = [
    ...["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"],
    ...[
      "172.31.255.255",
      "192.0.0.8",
      "192.0.2.1",
      "192.168.1.1",
      "198.18.0.1",
      "224.0.0.1",
      "255.255.255.255",
    ],
    ...["::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
    ...[
      "::ffff:7f00:1",
      "64:ff9b::a00:1",
      "64:ff9b:1::1",
      "2002:7f00:1::",
      "2001::1",
      "2001:db8::1",
      "::127.0.0.1",
    ],
    ...["fec0::1", "not an address", ""],
  ];

  it.each(refused)("%s is not connected to", (address) => {
    expect(() => guardAddresses([]).check(address)).toThrow(/WAYBILL_ALLOW_NETWORKS/);
  });

  it.each(["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"])(
    "%s is",
    (address) => {
      expect(() => guardAddresses([]).check(address)).not.toThrow();
    },
  );

  it("an allowed network is reached, and nothing beside it", () => {
    const guard = guardAddresses(["10.1.0.0/16", "fd00:1::/32", "127.0.0.1"]);
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "127.0.0.1"]) guard.check(address);
    for (const address of ["10.2.0.1", "fd00:2::5", "127.0.0.2"])
      expect(() => guard.check(address)).toThrow();
  });

  it("no IPv4 address is reached as IPv6 that is not reached as itself", () => {
    const guard = guardAddresses([]);
    const passes = (address: string) => {
      try {
        guard.check(address);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        expect(passes(`::ffff:${address}`)).toBe(passes(address));
        if (!passes(address)) expect(passes(`::ffff:${hex}`)).toBe(false);
        for (const embedded of [`64:ff9b::${hex}`, `2002:${hex}::`, `::${hex}`])
          expect(passes(embedded)).toBe(false);
      }),
    );
  });
});

describe("requests", () => {
  it.each([
    ["http://127.0.0.1/", /127\.0\.0\.1 is in a private/],
    ["http://2130706433/", /127\.0\.0\.1 is in a private/],
    ["http://0x7f.1/", /127\.0\.0\.1 is in a private/],
    ["http://[::1]/", /::1 is in a private/],
    ["http://[::ffff:127.0.0.1]/", /is in a private/],
    ["http://169.254.169.254/latest/meta-data", /169\.254\.169\.254 is in a private/],
    ["ftp://example.com/", /Only http and https/],
    ["http://user:secret@example.com/", /holds a user or a password/],
  ])("to %s are refused", async (url, message) => {
    await expect(closed.fetch(url, limits)).rejects.toThrow(message);
  });

  it("to a name go only to those of its addresses that are allowed", async () => {
    const receiver = await Receiver.start();
    const url = `http://mixed.test:${portOf(receiver.url)}/`;
    dns.answers.set("mixed.test", [["10.0.0.1", "127.0.0.1"]]);
    expect((await open.fetch(url, limits)).status).toBe(204);
    await expect(closed.fetch(url, limits)).rejects.toThrow(/The address of mixed.test is in a private/);
    expect(receiver.received).toHaveLength(1);
  });

  it("a name that answers something else when it is asked again gains nothing: each address is checked itself", async () => {
    const receiver = await Receiver.start();
    dns.answers.set("rebind.test", [["127.0.0.1"], ["10.0.0.1"]]);
    receiver.always(302, { Location: `http://rebind.test:${portOf(receiver.url)}/again` });
    const url = `http://rebind.test:${portOf(receiver.url)}/`;
    await expect(open.fetch(url, { ...limits, maxRedirects: 2 })).rejects.toThrow(
      /rebind.test is in a private/,
    );
    expect(receiver.received.map(({ path }) => path)).toEqual(["/"]);
  });

  it("redirects into private networks are refused, and more than allowed are not followed", async () => {
    const receiver = await Receiver.start();
    const two = { ...limits, maxRedirects: 2 };
    receiver.always(302, { Location: "http://10.0.0.1/" });
    await expect(open.fetch(receiver.url, two)).rejects.toThrow(/10\.0\.0\.1 is in a private/);
    receiver.always(302, { Location: "file:///etc/passwd" });
    await expect(open.fetch(receiver.url, two)).rejects.toThrow(/Only http and https/);
    receiver.always(302, { Location: "/on" });
    await expect(open.fetch(receiver.url, two)).rejects.toThrow(/redirects more often/);
    expect(receiver.received).toHaveLength(5);
  });

  it("a redirect to another server takes no credentials along; a POST stays one, or ends there", async () => {
    const [first, second] = [await Receiver.start(), await Receiver.start()];
    const post = {
      ...limits,
      method: "POST",
      body: "b",
      headers: { Authorization: "x" },
      maxRedirects: 1,
    } as const;
    first.always(307, { Location: `${second.url}/there` });
    expect((await open.fetch(first.url, post)).status).toBe(204);
    expect(second.received).toMatchObject([{ path: "/there", body: "b" }]);
    expect(second.received[0]?.headers).not.toHaveProperty("authorization");
    first.always(302, { Location: `${second.url}/there` });
    expect((await open.fetch(first.url, post)).status).toBe(302);
    expect(second.received).toHaveLength(1);
  });

  it("an answer that is too long fails, or is cut where that is asked for", async () => {
    const receiver = await Receiver.start();
    receiver.always(200, {}, "x".repeat(100_000));
    await expect(open.fetch(receiver.url, limits)).rejects.toThrow(/answers with too much/);
    const cut = await open.fetch(receiver.url, { ...limits, cut: true });
    expect(cut.body.toString()).toBe("x".repeat(100));
  });

  it("whoever never answers is given up, and so is whoever is not there", async () => {
    const receiver = await Receiver.start();
    receiver.answer = () => {};
    await expect(open.fetch(receiver.url, { ...limits, timeoutMs: 50 })).rejects.toThrow(
      /did not answer in time/,
    );
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const address = gone.address();
    await new Promise((resolve) => gone.close(resolve));
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(open.fetch(`http://127.0.0.1:${port}/`, limits)).rejects.toThrow(
      /cannot be reached: .*ECONNREFUSED/,
    );
    await expect(open.fetch("http://unknown.test/", limits)).rejects.toThrow(
      /unknown.test cannot be reached/,
    );
  });

  it("connections for other protocols are checked alike", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.address() as { port: number };
    dns.answers.set("mail.test", [["127.0.0.1"]]);
    const target = { host: "mail.test", port, timeoutMs: 10_000 };
    const socket = await open.connect(target);
    socket.destroy();
    await expect(closed.connect(target)).rejects.toThrow(/The address of mail.test is in a private/);
    await expect(closed.connect({ ...target, host: "127.0.0.1" })).rejects.toThrow(/is in a private/);
  });
});
