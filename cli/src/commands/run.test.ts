import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { bin, scratch, waybill } from "../../test/waybill.ts";

let dir = "";
let env: Record<string, string> = {};

beforeEach(async () => {
  dir = scratch();
  await mkdir(join(dir, "tmp"));
  env = { HOME: dir, TMPDIR: join(dir, "tmp"), WAYBILL_ADDRESS: "http://127.0.0.1:1" };
});

const run = (...command: string[]) => waybill(["run", "--", ...command], { env, cwd: dir });
/** Node keeps compiled programs there, too. */
const left = async () => (await readdir(join(dir, "tmp"))).filter((name) => name.startsWith("waybill"));

test("passes input, output and the exit code through, and leaves nothing behind", async () => {
  const args = ["run", "--", "sh", "-c", "cat; echo to stderr >&2; exit 7"];
  const ran = await waybill(args, { env, cwd: dir, stdin: "typed" });
  expect(ran).toEqual({ code: 7, stdout: "typed", stderr: "to stderr\n" });
  expect(await left()).toEqual([]);
});

test("a file of certificates that is none is found before anything is built", async () => {
  const file = join(dir, "ca.pem");
  const started = () => waybill(["run", "--ca-file", file, "--", "echo", "built"], { env, cwd: dir });
  expect(await started()).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("cannot be read"),
  });
  await writeFile(file, "-----BEGIN CERTIFICATE-----\nMII");
  expect(await started()).toMatchObject({ code: 2, stderr: expect.stringContaining("holds no certificate") });
});

test("what stands after -- is for the other program", async () => {
  expect(await run("echo", "--json", "--help", "--", "-x")).toMatchObject({
    code: 0,
    stdout: "--json --help -- -x\n",
  });
});

test("ends as the program was ended", async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const args = [bin, "run", "--", "sh", "-c", `kill -${signal.slice(3)} $$`];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: "ignore",
    });
    expect(await once(child, "exit")).toEqual([null, signal]);
  }
  expect(await left()).toEqual([]);
});

test("passes signals on, and goes on until the program has ended", async () => {
  const script = 'trap "echo asked to end; exit 5" TERM; echo ready; while :; do sleep 0.05; done';
  const child = spawn(process.execPath, [bin, "run", "--", "sh", "-c", script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
    if (text.includes("ready")) child.kill("SIGTERM");
  });
  expect(await once(child, "close")).toEqual([5, null]);
  expect(output).toContain("asked to end");
});

test("says what cannot be started, and what was not understood", async () => {
  expect(await run("no-such-packer")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no-such-packer was not found"),
  });
  expect(await waybill(["run"], { env })).toMatchObject({ code: 2 });
  env.PACKER_LOG_PATH = join(dir, "none", "packer.log");
  expect(await run("true")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("PACKER_LOG_PATH cannot be written"),
  });
  expect(await left()).toEqual([]);
});

/** Writes a log as Packer does, twice. */
const twoLogs = `for name in one two; do
  : > "$PACKER_LOG_PATH"
  for line in "ui: ==> file.a: $name" "[INFO] $name"; do echo "2026/01/31 12:00:00 $line" >> "$PACKER_LOG_PATH.tmp"; done
  cat "$PACKER_LOG_PATH.tmp" > "$PACKER_LOG_PATH"; rm "$PACKER_LOG_PATH.tmp"
  while [ -e "$PACKER_LOG_PATH" ]; do sleep 0.02; done
done`;

test("the log goes to where the person wants it, whole", async () => {
  const whole = ["ui: ==> file.a: one", "[INFO] one", "ui: ==> file.a: two", "[INFO] two"]
    .map((line) => `2026/01/31 12:00:00 ${line}\n`)
    .join("");
  env.PACKER_LOG_PATH = "own.log";
  expect(await run("sh", "-c", twoLogs)).toMatchObject({ code: 0, stderr: "" });
  expect(await readFile(join(dir, "own.log"), "utf8")).toBe(whole);

  delete env.PACKER_LOG_PATH;
  env.PACKER_LOG = "1";
  const { stderr } = await run("sh", "-c", twoLogs);
  expect(stderr).toBe(whole.replace(/^.*ui:.*\n/gm, ""));
});

test("what a killed run left is removed by the next one, and the log has no name by then", async () => {
  const script =
    ': > "$PACKER_LOG_PATH"; while [ -e "$PACKER_LOG_PATH" ]; do sleep 0.02; done; echo followed; sleep 60';
  const child = spawn(process.execPath, [bin, "run", "--", "sh", "-c", script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  await once(child.stdout, "data");
  const [name = ""] = await left();
  expect(await readdir(join(dir, "tmp", name))).toEqual([]);
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await once(child, "exit");
  expect(await left()).toEqual([name]);

  await run("true");
  expect(await left()).toEqual([]);
});

test("without a place for its own files Packer runs all the same", async () => {
  env.TMPDIR = join(dir, "file");
  await writeFile(env.TMPDIR, "no directory");
  expect(await run("echo", "hello")).toMatchObject({
    code: 0,
    stdout: "hello\n",
    stderr: expect.stringContaining("no log is sent"),
  });
});

test("a damaged word of the plugin costs no build", async () => {
  const script = 'echo "{" > "$WAYBILL_RUN_DIR/build-x.json"; : > "$PACKER_LOG_PATH"; sleep 0.3; echo built';
  const ran = await run("sh", "-c", script);
  expect(ran).toMatchObject({ code: 0, stdout: "built\n" });
  expect(ran.stderr).toContain("not followed any more");
});
