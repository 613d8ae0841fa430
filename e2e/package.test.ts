import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isolatedEnvironment, repository } from "../tools/environment.ts";
import { startRegistryProcess } from "../tools/registry-process.ts";
import { type RunResult, run } from "../tools/run.ts";
import { expectSuccess } from "./harness/fixtures.ts";

const installTimeoutMs = 120_000;
const commandTimeoutMs = 60_000;
/** What the package depends on, and what that depends on; packed from here, so that nothing is downloaded. */
const dependencies = ["better-sqlite3", "node-addon-api"].map((name) => join("node_modules", name));

let home: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "waybill-package-"));
  env = isolatedEnvironment(home, { TMPDIR: tmpdir() });
  // Packed elsewhere, so that the directory it is installed in is as empty as anybody's.
  const packed = await mkdtemp(join(tmpdir(), "waybill-packed-"));
  try {
    const archives: string[] = [];
    for (const directory of ["dist/npm", ...dependencies]) {
      const args = ["pack", "--silent", "--pack-destination", packed];
      const { stdout } = expectSuccess(await npm(args, join(repository, directory)));
      archives.push(join(packed, stdout.trim()));
    }
    expectSuccess(await npm(["install", "--offline", "--no-audit", "--no-fund", ...archives], home));
  } finally {
    await rm(packed, { recursive: true, force: true });
  }
  env.PATH = [join(home, "node_modules", ".bin"), env.PATH].join(delimiter);
}, installTimeoutMs);
afterAll(() => rm(home, { recursive: true, force: true }));

function npm(args: string[], cwd: string): Promise<RunResult> {
  return run("npm", args, { cwd, env, timeoutMs: installTimeoutMs });
}

async function waybill(args: string[], settings: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: home, env: { ...env, ...settings }, timeoutMs: commandTimeoutMs };
  return expectSuccess(await run("waybill", args, options)).stdout;
}

test("npx runs it, from what is installed", async () => {
  const options = { cwd: home, env, timeoutMs: commandTimeoutMs };
  const { stdout } = expectSuccess(await run("npx", ["--offline", "waybill", "version"], options));
  expect(stdout).toBe("waybill 0.1.0\n");
  expect(await readFile(join(home, "node_modules/waybill/THIRD-PARTY-NOTICES.txt"), "utf8")).toContain(
    "\nkysely ",
  );
});

test("a registry started from it takes a publication and gives it again after a restart", async () => {
  const settings = { WAYBILL_LISTEN: "127.0.0.1:0" };
  let registry = await startRegistryProcess(home, { ...env, ...settings }, [], "waybill");
  const token = (await registry.says(/wbl_[A-Za-z0-9_-]{43}/)) ?? "";
  const client = { WAYBILL_ADDRESS: registry.address, WAYBILL_TOKEN: token };
  const version = ["--fingerprint", "one", "--type", "amazon.ami", "--image", "us-east-1=ami-1"];
  expect(await waybill(["publish", "acme/web", ...version], client)).toContain("version 1");
  expect(await registry.end("SIGTERM")).toBe(0);
  registry = await startRegistryProcess(home, { ...env, ...settings });
  try {
    const resolved = await waybill(["resolve", "acme/web"], { ...client, WAYBILL_ADDRESS: registry.address });
    expect(resolved).toBe("ami-1\n");
    expect(await readdir(join(home, ".local/share/waybill"))).toContain("waybill.sqlite");
  } finally {
    await registry.end("SIGTERM");
  }
});

test("every command is in it", async () => {
  const commands = (await waybill(["__complete", ""])).split("\n").map((line) => line.split("\t")[0] ?? "");
  expect(commands).toContain("serve");
  for (const command of commands.filter(Boolean)) {
    expect(await waybill([command, "--help"])).toContain(`waybill ${command}`);
  }
});

test("what commands read from the repository otherwise is in it, or named", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await readFile(join(repository, "cli/completion", `waybill.${shell}`), "utf8");
    expect(await waybill(["completion", shell])).toBe(`${script.trimEnd()}\n`);
  }
  const options = { cwd: home, env, timeoutMs: commandTimeoutMs };
  const { code, output } = await run("waybill", ["plugin", "install"], options);
  expect({ code, output }).toEqual({
    code: 2,
    output:
      "waybill: name the executable with --from; releases have packer-plugin-waybill for each platform\n",
  });
});
