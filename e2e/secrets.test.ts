import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunResult } from "../tools/run.ts";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";
import { requiredPlugins } from "./harness/templates.ts";
import { until } from "./harness/until.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();
let proxy: RecordingProxy;
beforeAll(async () => {
  proxy = new RecordingProxy(registry.address);
  await proxy.start();
});
beforeEach(() => {
  proxy.requests.length = 0;
});
afterAll(() => proxy.stop());

/** What the pretend `amazon-ebs` plants in its build variables starts so, and so does all that is planted here. */
const planted = "planted-secret";

/** Somebody's mistakes: each puts a secret where everybody can read it. */
const mistakes = ["Password", "SSHPrivateKey", "WinRMPassword", "Host"];

const hcl = `${requiredPlugins}
variable "password" {
  type      = string
  sensitive = true
}
variable "api_token" {
  type = string
}
variable "registry_token" {
  type      = string
  sensitive = true
}
source "amazon-ebs" "web" {
  region = "us-east-1"
}
source "null" "tunnel" {
  communicator = "none"
}
build {
  sources = ["source.amazon-ebs.web", "source.null.tunnel"]

  provisioner "shell-local" {
    only             = ["null.tunnel"]
    environment_vars = ["PASSWORD=\${var.password}", "API_TOKEN=\${var.api_token}"]
    inline           = ["test -n \\"$PASSWORD$API_TOKEN\\""]
  }
  post-processor "waybill" {
    artifact      = "hashicorp/secretive"
    artifact_type = "amazon.ami"
    token         = var.registry_token
    metadata = {
      ${mistakes.map((name) => `${name} = "it is \${build.${name}}"`).join("\n      ")}
      variable = "it is \${var.password}"
    }
    on_error = "keep"
  }
}
`;

const json = JSON.stringify({
  variables: { password: "{{env `PLANTED_PASSWORD`}}", api_token: `${planted}-in-template` },
  "sensitive-variables": ["password"],
  builders: [{ type: "amazon-ebs", name: "web", region: "us-east-1" }],
  "post-processors": [
    {
      type: "waybill",
      artifact: "hashicorp/secretive-json",
      metadata: {
        ...Object.fromEntries(mistakes.map((name) => [name, `it is {{build \`${name}\`}}`])),
        variable: "it is {{user `password`}}",
      },
    },
  ],
});

const templates: [name: string, file: string, content: string][] = [
  ["HCL2", "web.pkr.hcl", hcl],
  ["JSON", "web.json", json],
];

type Build = { workspace: Workspace; result: Promise<RunResult> };

async function start(file: string, content: string, settings: NodeJS.ProcessEnv): Promise<Build> {
  const workspace = await newWorkspace({
    ...registry.settings,
    AWS_SECRET_ACCESS_KEY: `${planted}-environment`,
    PLANTED_PASSWORD: `${planted}-variable`,
    PKR_VAR_password: `${planted}-variable`,
    PKR_VAR_api_token: `${planted}-token`,
    PKR_VAR_registry_token: registry.token,
    PACKER_LOG: "1",
    PACKER_LOG_PATH: "packer.log",
    ...settings,
  });
  await workspace.write("tmp/.keep", "");
  await workspace.write(file, content);
  return { workspace, result: workspace.packer(["build", file], { TMPDIR: workspace.path("tmp") }) };
}

/** Holds that the plugin told neither what was planted nor the token, on the screen, in a log or in a file of its own. */
async function expectNothingTold({ workspace, result }: Build): Promise<void> {
  const { output } = await result;
  const told = output + (await workspace.read("packer.log"));
  expect(told).toContain("turned up in the options");
  for (const text of [
    ownLines(told),
    await contents(workspace.path("tmp")),
    await contents(workspace.spool),
  ]) {
    expect(text).not.toContain(planted);
    expect(text).not.toContain(registry.token);
  }
}

test.for(templates)(
  "of a build with planted secrets none is in a request or a log: %s",
  async ([, file, content]) => {
    const build = await start(file, content, { WAYBILL_ADDRESS: proxy.address });
    expectSuccess(await build.result);
    const requests = proxy.requests.map(({ method, path, body }) => `${method} ${path} ${body}`).join("\n");
    expect(requests).toContain("ami-0000000000ubuntu");
    for (const name of [...mistakes, "variable"]) expect(requests).toContain(`"${name}":"it is (sensitive)`);
    expect(requests).not.toContain(planted);
    expect(requests).not.toContain(registry.token);
    await expectNothingTold(build);
  },
);

test.for(templates)("with the registry away none is in the spool: %s", async ([, file, content]) => {
  const build = await start(file, content, { WAYBILL_ADDRESS: "http://127.0.0.1:1", WAYBILL_TIMEOUT: "1s" });
  expectSuccess(await build.result);
  expect(await contents(build.workspace.spool)).toContain("ami-0000000000ubuntu");
  await expectNothingTold(build);
});

test("an error that fails the build tells none", async () => {
  const strict = hcl.replace('on_error = "keep"', 'on_error = "fail"');
  const build = await start("web.pkr.hcl", strict, {
    WAYBILL_ADDRESS: "http://127.0.0.1:1",
    WAYBILL_TIMEOUT: "1s",
  });
  expect(expectFailure(await build.result).output).toContain("not published");
  await expectNothingTold(build);
});

test("while a build is published no process has one in its arguments", async (context) => {
  if (process.platform !== "linux")
    return context.skip("arguments of processes are read from /proc, which is Linux's");
  proxy.hangs = true;
  try {
    // Not the other template: shell-local puts environment_vars into the arguments of its shell.
    const build = await start("web.json", json, { WAYBILL_ADDRESS: proxy.address, WAYBILL_TIMEOUT: "2s" });
    let arguments_ = "";
    await until("something is published", async () => {
      arguments_ += await argumentsOfAll();
      return proxy.requests.length > 0;
    });
    arguments_ += await argumentsOfAll();
    proxy.hangs = false;
    expectSuccess(await build.result);
    // The plugin, its program in Node, and the builder were all there.
    for (const part of ["start\0post-processor", "program.cjs", "packer-plugin-amazon"])
      expect(arguments_).toContain(part);
    expect(arguments_).not.toContain(planted);
    expect(arguments_).not.toContain(registry.token);
  } finally {
    proxy.hangs = false;
  }
});

async function argumentsOfAll(): Promise<string> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = numbers.map((number) => readFile(`/proc/${number}/cmdline`, "utf8").catch(() => ""));
  return (await Promise.all(read)).join("\n");
}

/** The lines that the plugin wrote, on the screen and into Packer's log, which is otherwise not ours to hold clean. */
function ownLines(log: string): string {
  return log
    .split("\n")
    .filter((line) => /\(waybill\)|packer-plugin-waybill\S* plugin:/.test(line))
    .join("\n");
}

async function contents(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const read = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), "latin1"));
  return (await Promise.all(read)).join("\n");
}
