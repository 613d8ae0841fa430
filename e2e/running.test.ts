import { readFile } from "node:fs/promises";
import { expect, inject, onTestFinished, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { requiredPlugins } from "./harness/templates.ts";
import { hasTerminals, Terminal } from "./harness/terminal.ts";
import { until } from "./harness/until.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

/** A build that runs these lines of shell, and makes an image. */
function template(artifact: string, builds: Record<string, string[]>): string {
  const blocks = Object.entries(builds).map(
    ([name, lines]) => `
source "null" "${name}" { communicator = "none" }
build {
  sources = ["null.${name}"]
  provisioner "shell-local" { inline = ${JSON.stringify(lines)} }
  post-processor "waybill" {
    artifact = "${artifact}"
    images   = [{ platform = "aws", region = "us-east-1", external_id = "ami-${name}" }]
  }
}
`,
  );
  return requiredPlugins + blocks.join("");
}

const waitFor = (file: string) => `while [ ! -e ${file} ]; do sleep 0.05; done`;

test("the log of each build is sent while it runs, and the end tells what was published where", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "streamed" });
  await workspace.write(
    "web.pkr.hcl",
    template("hashicorp/streamed", {
      web: ["echo first of web", waitFor("go-on"), "echo last of web"],
      worker: ["echo only of worker"],
    }),
  );
  const running = workspace.waybill(["run", "--", inject("packer"), "build", "-timestamp-ui", "."]);
  const { client } = registry;
  const read = async (build: string) => {
    const stream = await client.logs.read("hashicorp/streamed", "fingerprint:streamed", build);
    let text = "";
    for await (const bytes of stream) text += bytes;
    return text;
  };
  await until("the first line is in the registry", () =>
    read("null.web").then(
      (text) => text.includes("first of web"),
      () => false,
    ),
  );
  await workspace.write("go-on", "");
  const { output, stdout } = expectSuccess(await running);

  expect(output).toContain("==> waybill: hashicorp/streamed version 1: ");
  expect(output).toContain("null.web: published, with its log");
  const own = (name: string) => stdout.split("\n").filter((line) => line.includes(`null.${name}`));
  for (const name of ["web", "worker"]) {
    const text = await read(`null.${name}`);
    expect(text).toContain(`of ${name}`);
    expect(own(name)).toEqual(
      expect.arrayContaining(text.split("\n").filter((line) => line.includes("==>"))),
    );
  }
  expect(await read("null.web")).not.toContain("worker");
  for (const log of await client.logs.list("hashicorp/streamed", 1)) expect(log.ended_at).not.toBeNull();
});

test("a build that fails is recorded with its error and its log, and done again", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "failing" });
  const builds = { web: ["echo fine"], worker: ["echo the disk is full; test -e mended"] };
  await workspace.write("web.pkr.hcl", template("hashicorp/failing", builds));
  const run = () => workspace.waybill(["run", "--", inject("packer"), "build", "."]);
  const failed = expectFailure(await run());
  expect(failed.code).toBe(1);
  expect(failed.output).toContain("null.worker: FAILED: ");
  const open = await registry.client.getVersion("hashicorp/failing", "fingerprint:failing");
  expect(open).toMatchObject({
    state: "incomplete",
    missing_builds: ["null.worker"],
    failed_builds: [{ name: "null.worker", error: expect.stringContaining("non-zero exit status") }],
  });
  const shown = await workspace.waybill([
    "logs",
    "show",
    "hashicorp/failing",
    "failing",
    "--build",
    "null.worker",
  ]);
  expect(shown.stdout).toContain("the disk is full");

  await workspace.write("mended", "");
  const mended = expectSuccess(await run());
  expect(mended.output).toContain("hashicorp/failing version 1");
  expect(await registry.client.getVersion("hashicorp/failing", 1)).toMatchObject({ failed_builds: [] });
  const again = await workspace.waybill(["logs", "show", "hashicorp/failing", "1", "--build", "null.worker"]);
  expect(again.stdout).toContain("Build 'null.worker' finished");
});

test("what PACKER_LOG_PATH and PACKER_LOG ask for is written as without us", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", template("hashicorp/own-log", { web: ["echo hello"] }));
  const packer = [inject("packer"), "build", "."];
  const withFile = { PACKER_LOG_PATH: "own.log" };
  const { output } = expectSuccess(await workspace.waybill(["run", "--", ...packer], withFile));
  const log = await readFile(workspace.path("own.log"), "utf8");
  expect(log).toContain("[INFO] Packer version");
  expect(log).toContain("ui: ==> null.web");
  expect(log).toContain("waiting for all plugin processes to complete");
  expect(output).not.toContain("[INFO] Packer version");

  const toStderr = await workspace.waybill(["run", "--", ...packer], { PACKER_LOG: "1" });
  expect(toStderr.output).toContain("[INFO] Packer version");
  expect(toStderr.output).not.toMatch(/ ui: /);
});

const terminals = await hasTerminals();
if (!terminals) console.error("skipped: there is no `script` here, which lends a terminal");
const CTRL_C = "\x03";

test.skipIf(!terminals)("the terminal is Packer's: colours, questions and Ctrl-C", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "asked" });
  await workspace.write("web.pkr.hcl", template("hashicorp/asked", { web: ["test -e mended"] }));
  const env = workspace.environment({ PACKER_NO_COLOR: undefined, NO_COLOR: undefined, TERM: "xterm" });
  const command = ["waybill", "run", "--", inject("packer"), "build", "-on-error=ask", "."];
  const start = async () => {
    const terminal = new Terminal(command, { cwd: workspace.directory, env });
    onTestFinished(() => terminal.close());
    await until("Packer asks what to do", () => terminal.shown.includes("[r] retry step"));
    return terminal;
  };

  const retried = await start();
  expect(retried.shown).toContain("\x1b[1;32m==> null.web: ");
  await workspace.write("mended", "");
  retried.type("r\r");
  // Packer does it again, but goes by how it went the first time, of which it warns.
  expect(await retried.ended, retried.shown).toBe(1);
  expect(retried.shown.match(/Running local shell script/g)).toHaveLength(2);

  await workspace.removeFile("mended");
  const interrupted = await start();
  interrupted.type(CTRL_C);
  expect(await interrupted.ended, interrupted.shown).toBe(1);
  expect(interrupted.shown).toContain("null.web: FAILED");
});

test("a template names another registry than the settings here, and the log goes where the build goes", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: "http://127.0.0.1:1" });
  const named = template("hashicorp/named", { web: ["echo hello"] });
  await workspace.write(
    "web.pkr.hcl",
    named.replace("images   =", `address = "${registry.address}"\n images =`),
  );
  const { output } = expectSuccess(
    await workspace.waybill(["run", "--strict", "--", inject("packer"), "build", "."]),
  );
  expect(output).toContain(`hashicorp/named version 1: ${registry.address}/`);
  expect(await registry.client.logs.list("hashicorp/named", 1)).toHaveLength(1);
});
