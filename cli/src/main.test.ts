import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { waybill } from "../test/waybill.ts";

/** An address where nobody listens: the port was free a moment ago. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}

async function answering(status: number, type: string, body: string): Promise<string> {
  const server = createServer(
    (_, response) => void response.writeHead(status, { "content-type": type }).end(body),
  );
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("shows its help when nothing is asked", async () => {
  const { code, stdout, stderr } = await waybill([]);
  expect(code).toBe(0);
  expect(stdout).toContain(
    "Exit codes: 0 done, 1 there is none, 2 usage, 3 registry not reachable, 4 refused.",
  );
  expect(stderr).toBe("");
});

const commands = [
  ["serve"],
  ["publish"],
  ["import"],
  ["resolve"],
  ["artifacts"],
  ["artifacts", "list"],
  ["artifacts", "show"],
  ["artifacts", "describe"],
  ["artifacts", "delete"],
  ["versions"],
  ["versions", "list"],
  ["versions", "show"],
  ["versions", "state"],
  ["versions", "complete"],
  ["versions", "abandon"],
  ["versions", "delete"],
  ["channels"],
  ...[
    "list",
    "create",
    "show",
    "describe",
    "assign",
    "clear",
    "promote",
    "rollback",
    "history",
    "delete",
  ].map((name) => ["channels", name]),
  ["revoke"],
  ["unrevoke"],
  ["ancestry"],
  ["search"],
  ["consumers"],
  ["documents"],
  ...["list", "put", "get", "delete"].map((name) => ["documents", name]),
  ["diff"],
  ["retention"],
  ...["show", "set", "preview", "apply"].map((name) => ["retention", name]),
  ["completion"],
  ["backup"],
  ["restore"],
  ["migrate"],
  ["check"],
  ["doctor"],
  ["spool"],
  ["spool", "list"],
  ["spool", "send"],
  ["provider"],
  ["provider", "install"],
  ["plugin"],
  ["plugin", "install"],
  ["version"],
];

test.each(commands)("explains %s %s with an example", async (...command) => {
  const { code, stdout } = await waybill([...command, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples?:[\\s\\S]*waybill ${command.join(" ")}`));
});

test.each(["resolve", "serve"])("shows the help of %s in two ways", async (command) => {
  const [one, other] = await Promise.all([waybill(["help", command]), waybill([command, "--help"])]);
  expect(one).toEqual(other);
});

test.each([
  [["frobnicate"], "unknown command 'frobnicate'"],
  [["versoins"], "unknown command 'versoins' (Did you mean versions?)"],
  [["versions"], "a command is missing"],
  [["frobnicate", "--help"], "unknown command 'frobnicate'"],
  [["help", "frobnicate"], "unknown command 'frobnicate'"],
  [["--json", "frobnicate", "-h"], "unknown command 'frobnicate'"],
  [["versions", "frobnicate", "--help"], "unknown command 'frobnicate'"],
  [["--json", "serve"], "serve has options of its own"],
  [["resolve"], "missing required argument 'artifact'; usage: waybill resolve [options] <artifact>"],
  [["versions", "show", "a/b"], "'version'; usage: waybill versions show [options] <artifact> <version>"],
  [["versions", "lst"], "unknown command 'lst' (Did you mean list?); for help: waybill versions --help"],
  [["login"], "set WAYBILL_ADDRESS and WAYBILL_TOKEN"],
  [["resolve", "a/b", "--regoin", "x"], "unknown option '--regoin' (Did you mean --region?)"],
  [["resolve", "a/b", "--version", "latest"], "Write a whole number from 1 up."],
  [
    ["resolve", "a/b", "--version", "1", "--channel", "c"],
    "--channel and --version cannot be given together",
  ],
  [["resolve", "web"], "has no namespace"],
  [["resolve", "a/b", "--label", "x"], "Write key=value."],
  [["resolve", "a/b", "--timeout", "soon"], "must be a duration"],
  [["versions", "list", "a/b", "--state", "done"], "Allowed choices are incomplete, complete"],
  [["artifacts", "delete", "a/b"], "add --yes if that is what you want"],
  [["artifacts", "describe", "a/b"], "nothing to change"],
  [
    ["artifacts", "list", "--address", "https://127.0.0.1:9", "--ca-file", "/no/such"],
    "cannot be read: ENOENT",
  ],
])("calls %j a wrong usage and says why", async (args, sentence) => {
  const { code, stdout, stderr } = await waybill(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.replaceAll("\n", " ")).toContain(sentence);
});

test("tells failures as JSON on request", async () => {
  const { code, stderr } = await waybill(["resolve", "web", "--json"]);
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toEqual({
    error: expect.stringContaining("has no namespace"),
    code: "usage",
    means: "usage",
  });
});

test("ends with 3 when nobody answers, after saying that it tries again", async () => {
  const { code, stdout, stderr } = await waybill(["resolve", "a/b", "--address", await nobody()]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/connection refused; trying again \(1 of 3\)\n/);
  expect(stderr).toMatch(/waybill: the registry at .* cannot be reached: connection refused; check that/);
});

test("ends with 3 when something else answers in the registry's place", async () => {
  const address = await answering(200, "text/html", "<html><title>Sign in</title></html>");
  const { code, stderr } = await waybill(["resolve", "a/b"], { env: { WAYBILL_ADDRESS: address } });
  expect(code).toBe(3);
  expect(stderr).toContain('an HTML page ("Sign in")');
});

test("ends with 4 when the registry refuses, and shows the images it names but never the token", async () => {
  const problem = {
    status: 409,
    code: "ambiguous",
    detail: "Several images fit for wbl_hunter2.",
    title: "",
    type: "",
  };
  const images = [
    { platform: "aws", region: "us-east-1", external_id: "ami-1" },
    { platform: "docker", region: "", external_id: "web@sha256:1" },
  ];
  const address = await answering(409, "application/problem+json", JSON.stringify({ ...problem, images }));
  const { code, stderr } = await waybill(["resolve", "a/b", "--address", address, "--token", "wbl_hunter2"]);
  expect(code).toBe(4);
  expect(stderr).toBe("waybill: Several images fit for [token].\n  us-east-1=ami-1\n  web@sha256:1\n");
});

test("is coloured where FORCE_COLOR asks for it and not with NO_COLOR or in a pipe", async () => {
  const red = "\u001b[31m";
  const stderr = async (env: Record<string, string>) => (await waybill(["frobnicate"], { env })).stderr;
  expect(await stderr({})).not.toContain(red);
  expect(await stderr({ FORCE_COLOR: "1" })).toContain(red);
  expect(await stderr({ NO_COLOR: "1" })).not.toContain(red);
});

test.each(["version", "--version", "-V"])("prints its version for %s", async (word) => {
  expect(await waybill([word])).toEqual({ code: 0, stdout: "waybill 0.1.0\n", stderr: "" });
  expect(JSON.parse((await waybill([word, "--json"])).stdout)).toMatchObject({ version: "0.1.0" });
});

test.each([
  ["versions", "show"],
  ["channels", "assign"],
])("says in the help of %s %s how digits are read", async (...command) => {
  expect((await waybill([...command, "--help"])).stdout).toContain("fingerprint:1234567 names a fingerprint");
});

test.runIf(existsSync("/dev/full"))("ends with 4 when what it says cannot be written", () => {
  const bin = join(import.meta.dirname, "..", "bin", "waybill.js");
  const shell = (line: string) => {
    const { status, stderr } = spawnSync("sh", ["-c", `"$0" "$1" ${line}`, process.execPath, bin], {
      encoding: "utf8",
    });
    return { status, stderr };
  };
  const sentence = "stdout cannot be written: ENOSPC: no space left on device, write";
  expect(shell("version > /dev/full")).toEqual({ status: 4, stderr: `waybill: ${sentence}\n` });
  expect(shell("--help > /dev/full")).toEqual({ status: 4, stderr: `waybill: ${sentence}\n` });
  const json = shell("version --json > /dev/full");
  expect({ ...json, stderr: JSON.parse(json.stderr) }).toEqual({
    status: 4,
    stderr: { error: sentence, code: "failed", means: "refused" },
  });
  expect(shell("version > /dev/full 2> /dev/full")).toEqual({ status: 4, stderr: "" });
  expect(shell("frobnicate 2> /dev/full")).toEqual({ status: 4, stderr: "" });
});

test.each(["throw new Error('boom')", "Promise.reject(new Error('boom'))"])(
  "ends with 4, never with 1, after %s that nobody caught",
  async (mishap) => {
    for (const when of ["setImmediate", "process.once.bind(process, 'beforeExit')"]) {
      const code = `(${when})(() => { ${mishap} })`;
      const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}` };
      expect(await waybill(["version"], { env })).toMatchObject({
        code: 4,
        stderr: expect.stringContaining("boom"),
      });
    }
  },
);
