/** Terraform and OpenTofu install the provider from a Waybill server over TLS, whose authority only they know. */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { Authority } from "../registry-server/test/authority.ts";
import { furnishHome, isolatedEnvironment, repository } from "../tools/environment.ts";
import { type RegistryProcess, startRegistryProcess } from "../tools/registry-process.ts";
import { isHere, nameOf, platforms } from "../tools/release/platforms.ts";
import { archiveProvider, finishProvider } from "../tools/release/provider.ts";
import { openSigner, type Signer } from "../tools/release/signing.ts";
import { expectFailure, expectSuccess } from "./harness/fixtures.ts";
import { Workspace } from "./harness/workspace.ts";

const here = platforms.find(isHere) ?? platforms[0];
if (here === undefined) throw new Error("there are no platforms");
const elsewhere = platforms.filter((platform) => platform !== here).slice(0, 1);
const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
const archive = `terraform-provider-waybill_${version}_${nameOf(here)}.zip`;
const token = `wbl_${randomBytes(32).toString("base64url")}`;

let directory: string;
let released: string;
let offered: string;
let authority: Authority;
let signer: Signer;
let registry: RegistryProcess;
/** As Terraform names the server: a source address has no IP address. */
let host: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-provider-registry-"));
  released = join(directory, "release");
  offered = join(directory, "providers");
  await mkdir(released);
  signer = await openSigner({ WAYBILL_SIGNING_KEY: join(directory, "key.asc") }, () => {});
  const dist = join(repository, "dist");
  const notices = join(dist, "terraform-provider-waybill-THIRD-PARTY-NOTICES.txt");
  const executable = join(dist, `terraform-provider-waybill_v${version}${here.suffix}`);
  const archives = [await archiveProvider(released, version, here, { executable, notices })];
  for (const platform of elsewhere) {
    archives.push(await archiveProvider(released, version, platform, { executable: notices, notices }));
  }
  await finishProvider(released, version, archives, signer);

  authority = await Authority.create(directory);
  const files = { cert: join(directory, "server.pem"), key: join(directory, "server.key") };
  await authority.issue("localhost", files);
  await offer();
  await furnishHome(directory);
  const settings = {
    WAYBILL_LISTEN: "127.0.0.1:0",
    WAYBILL_DATA_DIR: join(directory, "data"),
    WAYBILL_BOOTSTRAP_TOKEN: token,
    WAYBILL_TLS_CERT: files.cert,
    WAYBILL_TLS_KEY: files.key,
    WAYBILL_PROVIDERS: offered,
  };
  registry = await startRegistryProcess(directory, isolatedEnvironment(directory, settings));
  host = `localhost:${new URL(registry.address).port}`;
});
afterAll(async () => {
  await registry?.end("SIGTERM");
  await rm(directory, { recursive: true, force: true });
});

/** Puts the release where the server looks, whole and as it was made. */
async function offer(): Promise<void> {
  await rm(offered, { recursive: true, force: true });
  await cp(released, join(offered, "waybill"), { recursive: true });
}

/** Changes one bit of the archive for this platform. */
async function spoil(): Promise<void> {
  const path = join(offered, "waybill", archive);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
  await writeFile(path, bytes);
}

/** The sum of what is in the archive for this platform, as the release tells it. */
async function h1(): Promise<string> {
  const sums = await readFile(join(released, `terraform-provider-waybill_${version}_H1SUMS`), "utf8");
  return (
    sums
      .split("\n")
      .find((line) => line.endsWith(archive))
      ?.split(" ")[0] ?? "none"
  );
}

/** Without line breaks, which are wherever a line was full. */
const flat = (text: string) => text.replaceAll(/[\s│]+/g, " ");

describe.each(inject("terraforms"))("$title", ({ path: terraform }) => {
  let workspace: Workspace;
  beforeEach(async () => {
    await offer();
    workspace = await Workspace.create({
      SSL_CERT_FILE: authority.certificateFile,
      WAYBILL_CA_FILE: authority.certificateFile,
      WAYBILL_ADDRESS: `https://${host}`,
      WAYBILL_TOKEN: token,
    });
    await require(`${host}/waybill/waybill`);
    return () => workspace.remove();
  });

  async function require(source: string): Promise<void> {
    await workspace.write(
      "main.tf",
      `terraform {
  required_providers {
    waybill = { source = "${source}", version = "${version}" }
  }
}
data "waybill_artifacts" "all" {}
output "names" { value = [for each in data.waybill_artifacts.all.artifacts : each.artifact] }
`,
    );
  }

  const run = (args: string[], settings?: NodeJS.ProcessEnv) => workspace.run(terraform, args, settings);
  const init = (...args: string[]) => run(["init", ...args]);
  const lock = () => workspace.read(".terraform.lock.hcl");
  const forget = () => rm(workspace.path(".terraform"), { recursive: true });
  const configure = async (text: string) => {
    await workspace.write("cli.tfrc", text);
    workspace.settings.TF_CLI_CONFIG_FILE = workspace.path("cli.tfrc");
  };

  test("installs it, holds the signature to its key, notes all sums, and plans with it", async () => {
    const { output } = expectSuccess(await init());
    const keyId = signer.key.getKeyID().toHex().toUpperCase();
    expect(output).toContain(`Installed ${host}/waybill/waybill v${version} (`);
    expect(output).toContain(`key ID ${keyId}`);
    const sums = await readFile(join(released, `terraform-provider-waybill_${version}_SHA256SUMS`), "utf8");
    const noted = await lock();
    for (const line of sums.trim().split("\n")) expect(noted).toContain(`"zh:${line.slice(0, 64)}"`);
    expect(noted).toContain(`"${await h1()}"`);
    const planned = expectSuccess(await run(["plan"]));
    expect(planned.output).toMatch(/names\s+= \[/);
  });

  test("takes the same one again by its lock file, and refuses another", async () => {
    expectSuccess(await init());
    await forget();
    expectSuccess(await init("-lockfile=readonly"));
    await forget();
    await workspace.write(".terraform.lock.hcl", (await lock()).replaceAll(/"(h1|zh):./g, '"$1:_'));
    const refused = flat(expectFailure(await init()).output);
    expect(refused).toContain("doesn't match any of the checksums previously recorded");
  });

  test("refuses an archive that was changed after it was signed", async () => {
    await spoil();
    expect(expectFailure(await init()).output).toMatch(/checksum/);
    const installed = join(".terraform/providers", host, "waybill/waybill", version, nameOf(here));
    expect(await workspace.list(installed)).toEqual([]);
  });

  test("refuses sums that somebody else signed", async () => {
    const other = await openSigner({ WAYBILL_SIGNING_KEY: join(directory, "other.asc") }, () => {});
    await writeFile(join(offered, "waybill", "signing-key.asc"), other.publicKey);
    const { output } = expectFailure(await init());
    expect(output).toMatch(/authentication signature|signature/);
  });

  test("says which platform is missing, and of a provider that is not there that it is not", async () => {
    await rm(join(offered, "waybill", archive));
    const missing = expectFailure(await init());
    expect(flat(missing.output)).toContain(
      `not have a package available for your current platform, ${nameOf(here)}`,
    );
    await require(`${host}/waybill/other`);
    const unknown = expectFailure(await init());
    expect(unknown.output).toContain(`${host}/waybill/other`);
  });

  test.each([
    ["a token of the registry", token],
    ["a token that is none", "nonsense"],
  ])("installs it with %s", async (_what, given) => {
    await configure(`credentials "${host}" {\n  token = "${given}"\n}\n`);
    expectSuccess(await init());
  });

  test("installs it from the server as a mirror, under the address it has everywhere", async () => {
    const mirror = `url = "https://${host}/v1/provider-mirror/"`;
    await configure(`provider_installation {\n  network_mirror {\n    ${mirror}\n  }\n}\n`);
    await require("waybill/waybill");
    expectSuccess(await init());
    expect(await lock()).toContain(`"${await h1()}"`);
    expectSuccess(await run(["plan"]));
    await forget();
    await spoil();
    await rm(workspace.path(".terraform.lock.hcl"));
    expect(expectFailure(await init()).output).toMatch(/checksum/);
    await rename(join(offered, "waybill", archive), join(offered, "waybill", "away"));
    const missing = expectFailure(await init());
    expect(missing.output).toContain(nameOf(here));
  });

  test("does not install it where the authority is not known", async () => {
    const { output } = expectFailure(await run(["init"], { SSL_CERT_FILE: join(directory, "server.key") }));
    expect(output).toMatch(/certificate|x509/);
  });
});
