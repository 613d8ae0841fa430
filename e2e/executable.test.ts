import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { type RegistryProcess, startRegistryProcess } from "../tools/registry-process.ts";
import { run } from "../tools/run.ts";
import { expectFailure, expectSuccess } from "./harness/fixtures.ts";
import { startPostgres } from "./harness/postgres.ts";

const commandTimeoutMs = 60_000;
const name = process.platform === "win32" ? "waybill.exe" : "waybill";

let home: string;
let executable: string;
let env: NodeJS.ProcessEnv;
let registry: RegistryProcess | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "waybill-executable-"));
  // As root runs these tests, PostgreSQL is somebody else, who has to reach its directory.
  await chmod(home, 0o711);
  executable = join(home, name);
  await copyFile(join(repository, "dist", name), executable);
  // No Node, no npm, no settings.
  env = { PATH: "/usr/bin:/bin", HOME: home, WAYBILL_LISTEN: "127.0.0.1:0" };
});
afterEach(async () => {
  await stop();
  await rm(home, { recursive: true, force: true });
});

const library = () => join(home, ".local/share/waybill/lib");
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

/** Starts it, and gives commands the token that it shows at its first start. */
async function serve(flags: string[] = []): Promise<void> {
  registry = await startRegistryProcess(home, env, flags, executable);
  env.WAYBILL_ADDRESS = registry.address;
  env.WAYBILL_TOKEN ??= await registry.says(/wbl_[A-Za-z0-9_-]{43}/);
}

async function stop(): Promise<void> {
  const running = registry;
  registry = undefined;
  if (running) expect(await running.end("SIGTERM")).toBe(0);
}

async function waybill(...args: string[]): Promise<string> {
  return expectSuccess(await run(executable, args, { cwd: home, env, timeoutMs: commandTimeoutMs })).stdout;
}

const publication = ["--fingerprint", "one", "--type", "amazon.ami", "--image", "us-east-1=ami-1"];

test("one file serves, publishes, resolves, and knows it all after a restart", async () => {
  await serve();
  expect(await waybill("publish", "acme/web", ...publication)).toContain("version 1");
  await stop();
  await serve();
  expect(await waybill("resolve", "acme/web")).toBe("ami-1\n");
});

test("operators back up and restore with it", async () => {
  await serve();
  await waybill("publish", "acme/web", ...publication);
  await waybill("backup", join(home, "backup.tar"));
  await stop();
  const restored = join(home, "restored");
  await waybill("restore", join(home, "backup.tar"), "--data-dir", restored);
  await serve(["--data-dir", restored]);
  expect(await waybill("resolve", "acme/web")).toBe("ami-1\n");
});

test("its driver is unpacked for its owner only, and made again when it is damaged", async () => {
  await serve();
  await stop();
  const [file = ""] = await readdir(library());
  expect(file).toMatch(/^[0-9a-f]{64}\.node$/);
  const path = join(library(), file);
  const driver = await readFile(path);
  expect([await modeOf(library()), await modeOf(path)]).toEqual([0o700, 0o500]);

  await chmod(path, 0o700);
  await writeFile(path, "not what was unpacked");
  await serve();
  expect(await waybill("artifacts", "list")).toBe("");
  expect(await readFile(path)).toEqual(driver);
  expect(await readdir(library())).toEqual([file]);
});

test("its driver is not unpacked where others may write", async () => {
  const open = join(home, "open");
  await mkdir(open);
  await chmod(open, 0o777);
  const args = ["serve", "--data-dir", open];
  const { output } = expectFailure(
    await run(executable, args, { cwd: home, env, timeoutMs: commandTimeoutMs }),
  );
  expect(output).toMatch(/^waybill serve: The database driver is not unpacked into .*others may write there/);
  expect(await readdir(join(open, "lib"))).toEqual([]);
});

test("on PostgreSQL it needs no file of its own", async () => {
  const postgres = await startPostgres(home);
  try {
    env.WAYBILL_DATABASE_URL = postgres.url;
    await serve();
    expect(await waybill("publish", "acme/web", ...publication)).toContain("version 1");
    expect(await waybill("resolve", "acme/web")).toBe("ami-1\n");
    await stop();
    await expect(stat(library())).rejects.toThrow("ENOENT");
  } finally {
    await stop();
    await postgres.stop();
  }
});

test("it takes no arguments and options that are meant for Node", async () => {
  env.NODE_OPTIONS = "--no-such-option";
  expect(await waybill("version")).toBe("waybill 0.1.0\n");
  expectFailure(await run(executable, ["--eval", "1"], { cwd: home, env, timeoutMs: commandTimeoutMs }));
});
