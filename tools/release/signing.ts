import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createMessage, decryptKey, generateKey, type PrivateKey, readPrivateKey, sign } from "openpgp";

const rsaBits = 4096;

/** Who releases: an OpenPGP key, and its public half for those who check. */
export type Signer = { key: PrivateKey; publicKey: string };

/**
 * The key that signs releases: the one in the file that WAYBILL_SIGNING_KEY names, with the passphrase in
 * WAYBILL_SIGNING_PASSPHRASE if it has one. Where there is no such file, a key is made and kept there.
 *
 * @throws when the file holds no private key, or the passphrase is not that of the key
 */
export async function openSigner(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Signer> {
  const path = env.WAYBILL_SIGNING_KEY || defaultPath(env);
  const armoredKey = (await readIfThere(path)) ?? (await makeKey(path, say));
  const locked = await readPrivateKey({ armoredKey }).catch((error: Error) => {
    throw new Error(
      `${path} holds no private key as \`gpg --armor --export-secret-keys\` writes it: ${error.message}`,
    );
  });
  const key = locked.isDecrypted() ? locked : await unlock(locked, path, env.WAYBILL_SIGNING_PASSPHRASE);
  return { key, publicKey: key.toPublic().armor() };
}

/** A detached signature, in bytes, as Terraform wants it. */
export async function signatureOf(bytes: Uint8Array, { key }: Signer): Promise<Uint8Array> {
  const message = await createMessage({ binary: bytes });
  return (await sign({ message, signingKeys: key, detached: true, format: "binary" })) as Uint8Array;
}

function defaultPath(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "waybill", "signing-key.asc");
}

async function unlock(privateKey: PrivateKey, path: string, passphrase = ""): Promise<PrivateKey> {
  return decryptKey({ privateKey, passphrase }).catch(() => {
    throw new Error(`${path} is protected, and WAYBILL_SIGNING_PASSPHRASE is not its passphrase`);
  });
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** RSA, which every Terraform can check. */
async function makeKey(path: string, say: (line: string) => void): Promise<string> {
  const userIDs = { name: "Waybill releases" };
  const { privateKey } = await generateKey({ type: "rsa", rsaBits, userIDs, format: "armored" });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, privateKey, { mode: 0o600, flag: "wx" });
  say(`made a key to sign releases with, ${path}: keep it, and a copy of it`);
  return privateKey;
}
