import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export type Certificate = { name: string; key: string; cert: string };

/**
 * Makes an X.509 certificate for `registry.test` and 127.0.0.1, valid today: signed by `issuer`, or by itself as an
 * authority. Node can read certificates but not make them, and a checked-in one would expire.
 */
export function makeCertificate(name: string, issuer?: Certificate): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const day = 86_400_000;
  const ecdsaWithSha256 = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
  const subjectAltName = der(
    0x30,
    der(0x82, Buffer.from("registry.test")),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const isAuthority = der(0x30, issuer ? Buffer.alloc(0) : der(0x01, Buffer.from([0xff])));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer?.name ?? name),
    der(0x30, utcTime(Date.now() - day), utcTime(Date.now() + day)),
    commonName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, extension(0x11, subjectAltName), extension(0x13, isAuthority))),
  );
  const signature = sign("sha256", toBeSigned, signer);
  const whole = der(0x30, toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return { name, key, cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function commonName(name: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), der(0x0c, Buffer.from(name)))));
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function extension(last: number, value: Buffer): Buffer {
  return der(0x30, oid(0x55, 0x1d, last), der(0x04, value));
}
