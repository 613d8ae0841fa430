import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMessage, generateKey, readKey, readSignature, verify } from "openpgp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSigner, signatureOf } from "./signing.ts";

let directory: string;
const said: string[] = [];
const say = (line: string) => said.push(line);
const bytes = Buffer.from("what is released");

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-signing-"));
  said.length = 0;
});
afterEach(() => rm(directory, { recursive: true }));

test("makes a key where there is none, for its owner only, and signs with the same one ever after", async () => {
  const first = await openSigner({ XDG_CONFIG_HOME: directory }, say);
  const path = join(directory, "waybill", "signing-key.asc");
  expect(said).toEqual([expect.stringContaining(path)]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const second = await openSigner({ XDG_CONFIG_HOME: directory }, say);
  expect(said).toHaveLength(1);
  expect(second.publicKey).toBe(first.publicKey);
  expect(second.publicKey).toContain("BEGIN PGP PUBLIC KEY BLOCK");
  const signature = await readSignature({ binarySignature: await signatureOf(bytes, second) });
  const verificationKeys = await readKey({ armoredKey: first.publicKey });
  const check = async (binary: Uint8Array) => {
    const { signatures } = await verify({
      message: await createMessage({ binary }),
      signature,
      verificationKeys,
    });
    return signatures[0]?.verified;
  };
  expect(await check(bytes)).toBe(true);
  await expect(check(Buffer.from("something else"))).rejects.toThrow(/verification failed|digest/i);
});

test("takes the key it is given, with its passphrase, and says what is wrong with it", async () => {
  const path = join(directory, "mine.asc");
  const userIDs = { name: "Mine" };
  const { privateKey, publicKey } = await generateKey({
    type: "rsa",
    rsaBits: 2048,
    userIDs,
    passphrase: "open",
  });
  await writeFile(path, privateKey);
  const open = (passphrase: string) =>
    openSigner({ WAYBILL_SIGNING_KEY: path, WAYBILL_SIGNING_PASSPHRASE: passphrase }, say);
  const { key } = await open("open");
  expect(key.getFingerprint()).toBe((await readKey({ armoredKey: publicKey })).getFingerprint());
  const refused = `${path} is protected, and WAYBILL_SIGNING_PASSPHRASE is not its passphrase`;
  await expect(open("closed")).rejects.toThrow(refused);
  await writeFile(path, publicKey);
  await expect(open("open")).rejects.toThrow(`${path} holds no private key as \`gpg`);
  expect(await readFile(path, "utf8")).toBe(publicKey);
});
