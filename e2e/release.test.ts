/** What `make dist` makes: archives that other tools accept, and executables that start, or at least are whole. */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createMessage, readKey, readSignature, verify } from "openpgp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { isHere, nameOf, type Platform, platforms } from "../tools/release/platforms.ts";
import { run } from "../tools/run.ts";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import * as machO from "./harness/mach-o.ts";
import * as portableExecutable from "./harness/portable-executable.ts";
import { PretendGithub } from "./harness/pretend-github.ts";
import { fileTemplate } from "./harness/templates.ts";

const distTimeoutMs = 20 * 60_000;
const timeoutMs = 60_000;
const here = platforms.find(isHere);
/** One of each format of executables: all five would be minutes more, and no more is known then. */
const others = platforms.filter(
  (platform) => !isHere(platform) && ["darwin_arm64", "windows_amd64"].includes(nameOf(platform)),
);
/** What `make dist` left, where all of it is to be looked at: WAYBILL_TEST_RELEASE=dist/release. */
const given = process.env.WAYBILL_TEST_RELEASE;
const made = given === undefined ? [...(here ? [here] : []), ...others] : platforms;
const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));

let directory: string;
let release: string;
let providers: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-release-"));
  release = given === undefined ? join(directory, "release") : resolve(repository, given);
  providers = join(release, "providers", "waybill");
  if (given !== undefined) return;
  const args = ["tools/dist.ts", "--out", release, "--platforms", made.map(nameOf).join(",")];
  const env = { ...process.env, WAYBILL_SIGNING_KEY: join(directory, "key.asc") };
  expectSuccess(await run(process.execPath, args, { cwd: repository, env, timeoutMs: distTimeoutMs }));
}, distTimeoutMs);
afterAll(() => rm(directory, { recursive: true, force: true }));

const products = {
  "packer-plugin-waybill": (target: string) => `packer-plugin-waybill_v${version}_x5.0_${target}`,
  "packer-plugin-waybill-with-node": (target: string) =>
    `packer-plugin-waybill-with-node_v${version}_x5.0_${target}`,
  "terraform-provider-waybill": (target: string) =>
    `providers/waybill/terraform-provider-waybill_${version}_${target}`,
};
type Product = keyof typeof products;

/** Unpacks an archive with somebody else's tool. @returns the path of its executable */
async function unpack(product: Product, platform: Platform): Promise<string> {
  const name = products[product](nameOf(platform));
  const to = join(directory, "unpacked", name);
  const archive = join(release, `${name}.zip`);
  await mkdir(to, { recursive: true });
  expectSuccess(await run("unzip", ["-o", archive, "-d", to], { timeoutMs }));
  const inside = product === "terraform-provider-waybill" ? `${product}_v${version}` : name;
  return join(to, `${inside}${platform.suffix}`);
}

test("the sums are those that sha256sum computes, of every archive", async () => {
  for (const folder of [release, providers]) {
    const names = await readdir(folder);
    const listed: string[] = [];
    for (const sums of names.filter((name) => name.endsWith("_SHA256SUMS"))) {
      const checked = await run("sha256sum", ["--check", "--strict", sums], { cwd: folder, timeoutMs });
      const lines = expectSuccess(checked).output.trim().split("\n");
      listed.push(...lines.map((line) => line.replace(/: OK$/, "")));
    }
    const archives = names.filter((name) => /\.(zip|tgz)$|_manifest\.json$/.test(name));
    expect(listed.toSorted()).toEqual(archives.toSorted());
    expect(archives.length).toBeGreaterThan(made.length);
  }
});

test("the sums of the provider are signed, and nothing else passes for them", async () => {
  const [sums = ""] = (await readdir(providers)).filter((name) => name.endsWith("_SHA256SUMS"));
  const read = (name: string) => readFile(join(providers, name));
  const signature = await readSignature({ binarySignature: await read(`${sums}.sig`) });
  const verificationKeys = await readKey({ armoredKey: String(await read("signing-key.asc")) });
  const message = await createMessage({ binary: await read(sums) });
  const { signatures } = await verify({ message, signature, verificationKeys, expectSigned: true });
  expect(signatures).toHaveLength(1);
  const home = join(directory, "gnupg");
  const gpg = (...args: string[]) =>
    run("gpg", ["--homedir", home, "--batch", ...args], { cwd: providers, timeoutMs });
  const isThere = await run("gpg", ["--version"], { timeoutMs }).catch(() => undefined);
  if (isThere === undefined) return void console.warn("not asked: gpg, which is not installed");
  expectSuccess(await run("mkdir", ["-m", "700", home], { timeoutMs }));
  expectSuccess(await gpg("--import", "signing-key.asc"));
  expect(expectSuccess(await gpg("--verify", `${sums}.sig`, sums)).output).toContain("Good signature");
  expectFailure(await gpg("--verify", `${sums}.sig`, sums.replace("SHA256SUMS", "H1SUMS")));
});

describe.each(Object.keys(products) as Product[])("%s", (product) => {
  test.each(made.map((platform) => [nameOf(platform), platform] as const))(
    "%s is one executable with its licences",
    async (_name, platform) => {
      const executable = await unpack(product, platform);
      const file = await readFile(executable);
      if (platform.os === "darwin") expect(machO.problemsOf(file)).toEqual([]);
      if (platform.os === "windows") expect(portableExecutable.problemsOf(file)).toEqual([]);
      const notices = await readFile(join(executable, "..", "THIRD-PARTY-NOTICES.txt"), "utf8");
      expect(notices).toContain("@grpc/grpc-js");
      expect(notices.includes("Node.js v")).toBe(product !== "packer-plugin-waybill");
      const listed = await run("zipinfo", [join(release, `${products[product](nameOf(platform))}.zip`)], {
        timeoutMs,
      });
      const [first = ""] = expectSuccess(listed).output.match(/^\S{10} .*$/m) ?? [];
      expect(first).toMatch(/^[-?]rwxr-xr-x /);
    },
  );
});

test("what is checked of executables shows what is wrong with one", async () => {
  const damaged = async (product: Product, os: Platform["os"]) => {
    const platform = others.find((other) => other.os === os);
    return platform && readFile(await unpack(product, platform));
  };
  const mac = await damaged("terraform-provider-waybill", "darwin");
  if (mac) {
    mac.writeUInt8(mac.readUInt8(5_000_000) ^ 1, 5_000_000);
    expect(machO.problemsOf(mac)).toEqual([`pages are not what was signed: ${Math.floor(5_000_000 / 4096)}`]);
    expect(machO.problemsOf(mac.subarray(0, -1))).toContain("the signature is cut off");
  }
  const windows = await damaged("terraform-provider-waybill", "windows");
  if (windows) {
    expect(portableExecutable.problemsOf(windows.subarray(0, -1000)).join()).toContain("beyond the end");
  }
});

describe.runIf(here)("packer init", () => {
  const registry = useRegistry();
  const workspaceFor = useWorkspaces();
  let github: PretendGithub;
  beforeAll(async () => {
    github = await PretendGithub.start(await mkdtemp(join(directory, "github-")), release);
  });
  afterAll(() => github?.stop());

  async function init() {
    const workspace = await workspaceFor({ ...registry.settings, ...github.settings });
    workspace.settings.PACKER_PLUGIN_PATH = workspace.path("plugins");
    await workspace.write("build.pkr.hcl", fileTemplate(["web"], 'artifact = "release/init"'));
    return { workspace, result: await workspace.packer(["init", "."]) };
  }

  test("finds the release as GitHub offers it, and installs the plugin that publishes", async () => {
    const { workspace, result } = await init();
    expect(expectSuccess(result).output).toContain(`Installed plugin github.com/waybill/waybill v${version}`);
    const direct = { HTTPS_PROXY: "", SSL_CERT_FILE: "" };
    expectSuccess(await workspace.packer(["build", "."], direct));
    expect(await registry.client.getVersion("release/init", 1)).toMatchObject({ state: "complete" });
  });

  test("does not install an archive that the sums do not know", async () => {
    github.spoil = true;
    const { workspace, result } = await init();
    expect(expectFailure(result).output).toMatch(/checksum/i);
    expect(await workspace.list("plugins/github.com/waybill/waybill")).toEqual([]);
  });
});

describe.runIf(here)("the plugin as Packer installs it", () => {
  const registry = useRegistry();
  const workspaceFor = useWorkspaces();

  /** Where there is no Node: PATH has nothing but what the system needs. */
  async function build(product: Product, artifact: string) {
    const executable = await unpack(product, here as Platform);
    const workspace = await workspaceFor(registry.settings);
    const settings = { PACKER_PLUGIN_PATH: workspace.path("plugins"), PATH: "/usr/sbin:/sbin" };
    const source = "github.com/waybill/waybill";
    expectSuccess(await workspace.packer(["plugins", "install", "--path", executable, source], settings));
    await workspace.write("build.pkr.hcl", fileTemplate(["web"], `artifact = "${artifact}"`));
    return workspace.packer(["build", "."], { ...settings, XDG_CACHE_HOME: workspace.path("cache") });
  }

  test("with Node inside publishes where there is none", async () => {
    expectSuccess(await build("packer-plugin-waybill-with-node", "release/inside"));
    expect(await registry.client.getVersion("release/inside", 1)).toMatchObject({ state: "complete" });
  });

  test("without Node inside says before anything is built what is missing", async () => {
    const { output } = expectFailure(await build("packer-plugin-waybill", "release/small"));
    expect(output).toContain("Waybill needs Node.js");
    expect(output).toMatch(/install\s+Node\.js 22 or newer, or set WAYBILL_NODE/);
  });
});
