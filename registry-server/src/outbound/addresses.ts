import { lookup as resolve } from "node:dns";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";

/** Private, shared, loopback, link-local, documentation, benchmark, multicast and reserved (RFC 6890 and its registry). */
const refusedIpv4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"],
  ...["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
];
/** All that is global unicast; what is outside of it (loopback, link-local, unique local, multicast, NAT64) is refused. */
const globalIpv6 = ["2000::/3"];
/** Within it: special purposes with Teredo, documentation, and 6to4, which hold an IPv4 address of somebody's choice. */
const refusedIpv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Whether a text is a network as `10.1.0.0/16` or `fd00::/8`, or one address. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Networks to check addresses against. @param list what {@link isNetwork} accepts */
export function networks(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const text of list) {
    const [address = "", bits] = text.split("/");
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    blocks.addSubnet(address, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  }
  return blocks;
}

/** An address that the registry does not connect to. */
export class RefusedAddress extends Error {}

export type AddressGuard = {
  /** @throws RefusedAddress when the registry may not connect to it */
  check(address: string): void;
  /** For `net.connect`: resolves a name to the addresses that may be connected to, so that no second answer counts. */
  lookup: LookupFunction;
};

/**
 * Decides which addresses the registry connects to by itself.
 *
 * @param allowed networks that are reached although they are not public
 */
export function guardAddresses(allowed: readonly string[]): AddressGuard {
  const allowedNetworks = networks(allowed);
  const [refused4, global6, refused6] = [refusedIpv4, globalIpv6, refusedIpv6].map(networks) as [
    BlockList,
    BlockList,
    BlockList,
  ];

  function isAllowed(text: string): boolean {
    // An IPv4 address written as IPv6 is what it stands for.
    const address = text.replace(/^::ffff:(?=\d+\.)/i, "");
    if (isIPv4(address)) return allowedNetworks.check(address, "ipv4") || !refused4.check(address, "ipv4");
    if (isIP(address) !== 6) return false;
    if (allowedNetworks.check(address, "ipv6")) return true;
    return global6.check(address, "ipv6") && !refused6.check(address, "ipv6");
  }

  function refuse(what: string): RefusedAddress {
    return new RefusedAddress(
      `${what} is in a private, loopback, link-local or reserved network. The operator can allow the network with WAYBILL_ALLOW_NETWORKS.`,
    );
  }

  return {
    check(address) {
      if (!isAllowed(address)) throw refuse(`The address ${address}`);
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, found) => {
        if (error) return callback(error, []);
        const usable = found.filter(({ address }) => isAllowed(address));
        const [first] = usable;
        if (!first) return callback(refuse(`The address of ${hostname}`), []);
        if (options.all) callback(null, usable);
        else callback(null, first.address, first.family);
      });
    },
  };
}
