import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { generateKey, readKey } from "openpgp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api } from "../../test/api.ts";
import { emptySqlite } from "../../test/databases.ts";
import { type Database, openDatabase } from "../database/database.ts";
import { startServer } from "../main.ts";
import { keyIdOf } from "./key-id.ts";
import { ProviderStore } from "./store.ts";

const userIDs = { name: "Releases" };
const zip = (version: string, target: string) => `terraform-provider-web_${version}_${target}.zip`;
const sums = (version: string) => `terraform-provider-web_${version}_SHA256SUMS`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let root: string;
let armor: string;
let database: Database;
let api: Api;
let remove: () => Promise<void>;

/** Writes a release as `make dist` does; of the archives only those that are named. */
function release(version: string, targets: string[], more: Record<string, string> = {}): void {
  const files = Object.fromEntries(targets.map((target) => [zip(version, target), `${version} ${target}`]));
  const lines = Object.entries(files).map(([name, text]) => `${sha256(text)}  ${name}\n`);
  const all = { ...files, [sums(version)]: lines.join(""), [`${sums(version)}.sig`]: "signature", ...more };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(root, "acme", name), text);
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "waybill-providers-"));
  mkdirSync(join(root, "acme"));
  ({ publicKey: armor } = await generateKey({ type: "rsa", rsaBits: 2048, userIDs }));
  writeFileSync(join(root, "acme", "signing-key.asc"), armor);
  writeFileSync(join(root, "acme", "notes.asc"), "no key");
  release("1.0.0", ["linux_amd64"], {
    "terraform-provider-web_1.0.0_manifest.json": '{"version":1,"metadata":{"protocol_versions":["6.0"]}}',
    "terraform-provider-web_1.0.0_H1SUMS": `h1:abc=  ${zip("1.0.0", "linux_amd64")}\n`,
  });
  release("1.1.0-rc.1", ["linux_amd64", "darwin_arm64"]);
  // Not whole: nobody signed it; an archive that is not there yet, and one that the sums do not name.
  release("2.0.0", ["linux_amd64"]);
  rmSync(join(root, "acme", `${sums("2.0.0")}.sig`));
  rmSync(join(root, "acme", zip("1.1.0-rc.1", "darwin_arm64")));
  writeFileSync(join(root, "acme", zip("1.1.0-rc.1", "windows_amd64")), "unknown");
  writeFileSync(join(root, "secret"), "secret");
  const empty = emptySqlite();
  remove = empty.remove;
  database = await openDatabase(empty.url, { warn: () => {} });
  // Tokens are asked for elsewhere, and not here.
  api = new Api(database, { dev: false, providers: new ProviderStore(root) });
});
afterAll(async () => {
  await database.close();
  await remove();
  rmSync(root, { recursive: true });
});

describe("the provider registry protocol", () => {
  it("begins at the well-known address", async () => {
    const { status, body } = await api.get("/.well-known/terraform.json");
    expect({ status, body }).toEqual({ status: 200, body: { "providers.v1": "/v1/providers/" } });
  });

  it("lists what is whole, with what it speaks", async () => {
    const { body } = await api.get<{ versions: { version: string }[] }>("/v1/providers/acme/web/versions");
    const platforms = [{ os: "linux", arch: "amd64" }];
    expect(body.versions.toSorted((a, b) => a.version.localeCompare(b.version))).toEqual([
      { version: "1.0.0", protocols: ["6.0"], platforms },
      { version: "1.1.0-rc.1", protocols: ["5.0"], platforms },
    ]);
  });

  it("tells where a package is, its sum, and whose signature counts", async () => {
    const { body } = await api.get<Record<string, unknown>>(
      "/v1/providers/acme/web/1.0.0/download/linux/amd64",
    );
    const key = await readKey({ armoredKey: armor });
    expect(body).toMatchObject({
      filename: zip("1.0.0", "linux_amd64"),
      shasum: sha256("1.0.0 linux_amd64"),
      signing_keys: {
        gpg_public_keys: [{ key_id: key.getKeyID().toHex().toUpperCase(), ascii_armor: armor }],
      },
    });
    const read = async (name: string) => (await api.request(String(body[name]))).text();
    expect(await read("download_url")).toBe("1.0.0 linux_amd64");
    expect(await read("shasums_url")).toBe(`${body.shasum}  ${body.filename}\n`);
    expect(await read("shasums_signature_url")).toBe("signature");
  });

  it("gives a part of an archive to who goes on with a download", async () => {
    const path = `/v1/providers/acme/web/1.0.0/files/${zip("1.0.0", "linux_amd64")}`;
    const part = await api.request(path, { headers: { Range: "bytes=6-10" } });
    expect({ status: part.status, text: await part.text() }).toEqual({ status: 206, text: "linux" });
  });

  it("says what there is instead of what there is not", async () => {
    const missing: [string, string][] = [
      ["acme/db/versions", "This registry has no release of the provider acme/db."],
      ["acme/web/3.0.0/download/linux/amd64", "There is no acme/web 3.0.0; there is "],
      ["acme/web/1.0.0/download/darwin/arm64", "not there for darwin_arm64, but for linux_amd64."],
      ["acme/web/1.0.0/files/signing-key.asc", 'acme/web 1.0.0 has no file "signing-key.asc".'],
    ];
    for (const [path, detail] of missing) {
      const { status, body } = await api.get(`/v1/providers/${path}`);
      expect({ status, code: body.code }).toEqual({ status: 404, code: "provider_not_found" });
      expect(body.detail).toContain(detail);
    }
  });

  it("gives nothing but files of releases", async () => {
    for (const file of ["..%2f..%2fsecret", "%2e%2e", "signing-key.asc", sums("2.0.0"), "notes.asc"]) {
      const { status } = await api.get(`/v1/providers/acme/web/1.0.0/files/${file}`);
      expect([400, 404]).toContain(status);
    }
    expect((await api.get("/v1/providers/..%2fweb/web/versions")).status).toBe(400);
  });

  it("asks for no token and looks at none, as Terraform sends one or not", async () => {
    for (const Authorization of ["Bearer nonsense", `Bearer wbl_${"a".repeat(43)}`]) {
      expect((await api.get("/v1/providers/acme/web/versions", { Authorization })).status).toBe(200);
    }
    expect((await api.get("/v1/artifacts")).status).toBe(401);
  });

  it("is offered by a server that is told where, and one that cannot read it does not start", async () => {
    const server = await startServer({ providers: root });
    const answer = await fetch(`${server.url}/v1/providers/acme/web/versions`);
    expect(answer.status).toBe(200);
    await server.close();
    await expect(startServer({ providers: join(root, "none") })).rejects.toThrow(
      /^WAYBILL_PROVIDERS names a directory that cannot be read: ENOENT.*\. Name one that has a directory /,
    );
  });

  it("says what to set where nothing is offered", async () => {
    const { body } = await new Api(database).get("/v1/providers/acme/web/versions");
    expect(body).toMatchObject({ code: "provider_not_found" });
    expect(body.detail).toContain("WAYBILL_PROVIDERS");
  });
});

describe("the network mirror protocol", () => {
  const mirror = "/v1/provider-mirror/registry.example.com/acme/web";

  it("lists versions", async () => {
    const { body } = await api.get(`${mirror}/index.json`);
    expect(body).toEqual({ versions: { "1.0.0": {}, "1.1.0-rc.1": {} } });
  });

  it("lists archives with both kinds of hash, as far as they are known", async () => {
    type Listed = { archives: Record<string, { url: string; hashes: string[] }> };
    const { body } = await api.get<Listed>(`${mirror}/1.0.0.json`);
    const archive = body.archives.linux_amd64;
    expect(archive?.hashes).toEqual(["h1:abc=", `zh:${sha256("1.0.0 linux_amd64")}`]);
    expect(await (await api.request(archive?.url ?? "")).text()).toBe("1.0.0 linux_amd64");
    const other = await api.get<Listed>(`${mirror}/1.1.0-rc.1.json`);
    expect(Object.keys(other.body.archives)).toEqual(["linux_amd64"]);
    expect((await api.get(`${mirror}/2.0.0.json`)).status).toBe(404);
    expect((await api.get(`${mirror}/latest.json`)).status).toBe(400);
  });
});

describe("ids of keys", () => {
  it.each(["ed25519Legacy", "nistP256", "nistP521"] as const)("are those of %s keys", async (curve) => {
    const { publicKey } = await generateKey({ type: "ecc", curve, userIDs });
    const key = await readKey({ armoredKey: publicKey });
    expect(keyIdOf(publicKey)).toBe(key.getKeyID().toHex().toUpperCase());
    expect(keyIdOf(publicKey.replaceAll("\n", "\r\n"))).toBe(keyIdOf(publicKey));
  });

  it("are nothing for what is no key", () => {
    const packets = fc.uint8Array({ maxLength: 40 }).map((bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${text}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), packets), (text) => {
        expect(keyIdOf(text) ?? "0123456789ABCDEF").toMatch(/^[0-9A-F]{16}$/);
      }),
    );
  });
});
