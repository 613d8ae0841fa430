import { createHash } from "node:crypto";

/**
 * The id of an OpenPGP public key, as registries give it: the last 8 bytes of its fingerprint, in capital hexadecimal.
 *
 * @param armor the key as `gpg --armor --export` writes it
 * @returns nothing for what is no key of version 4, the one that Terraform knows (RFC 9580, 4.2 and 5.5.4)
 */
export function keyIdOf(armor: string): string | undefined {
  const [, text] =
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:.+\r?\n)*\r?\n([A-Za-z0-9+/\s]+)/.exec(armor) ?? [];
  const bytes = Buffer.from(text ?? "", "base64");
  const body = firstPacket(bytes);
  if (body?.[0] !== 4) return undefined;
  const head = Buffer.from([0x99, body.length >> 8, body.length & 0xff]);
  return createHash("sha1").update(head).update(body).digest("hex").slice(-16).toUpperCase();
}

/** The content of a packet for a public key; a length of more than 16 bits belongs to no such key. */
function firstPacket(bytes: Buffer): Buffer | undefined {
  const [tag = 0, first = 0, second = 0, third = 0] = bytes;
  if (tag === 0x98) return bytes.subarray(2, 2 + first);
  if (tag === 0x99) return bytes.subarray(3, 3 + (first << 8) + second);
  if (tag !== 0xc6) return undefined;
  if (first < 192) return bytes.subarray(2, 2 + first);
  if (first < 224) return bytes.subarray(3, 3 + ((first - 192) << 8) + second + 192);
  return first === 255
    ? bytes.subarray(6, 6 + (bytes[4] ?? 0) * 256 + (bytes[5] ?? 0) + (second + third) * 65_536)
    : undefined;
}
