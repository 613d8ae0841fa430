import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that signs itself, with its key: PEM for TLS, DER for the handshake. */
export type Identity = { readonly key: string; readonly certificate: string; readonly der: Buffer };

const OID = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  keyUsage: "551d0f",
  subjectAlternativeName: "551d11",
  basicConstraints: "551d13",
  extendedKeyUsage: "551d25",
  serverAuthentication: "2b06010505070301",
  clientAuthentication: "2b06010505070302",
};
const DAY_MS = 86_400_000;

/**
 * Makes a P-256 identity for `localhost`, for either side of a connection. Its key never reaches a disk.
 * The fields are those of RFC 5280; libraries that write them take longer to load than the whole start may.
 */
export function createIdentity(now = Date.now()): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(der(0x31, sequence(oid(OID.commonName), der(0x0c, Buffer.from("localhost")))));
  // Positive and without a leading zero byte, whatever the random bytes are.
  const serial = randomBytes(16);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const tbs = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(now - DAY_MS), time(now + 365 * DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        extension(OID.basicConstraints, sequence(der(0x01, Buffer.of(0xff)))),
        // digitalSignature and keyCertSign: it vouches for itself and for nothing else.
        extension(OID.keyUsage, der(0x03, Buffer.of(2, 0x84))),
        extension(
          OID.extendedKeyUsage,
          sequence(oid(OID.serverAuthentication), oid(OID.clientAuthentication)),
        ),
        extension(OID.subjectAlternativeName, sequence(der(0x82, Buffer.from("localhost")))),
      ),
    ),
  );
  const certificate = sequence(tbs, algorithm, der(0x03, Buffer.of(0), sign("sha256", tbs, privateKey)));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
    der: certificate,
  };
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), ...contents]);
}

function sequence(...contents: Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}

function time(ms: number): Buffer {
  const digits = `${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  return digits < "2050" ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}
