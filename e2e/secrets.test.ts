import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";
import { requiredPlugins } from "./harness/templates.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();
let proxy: RecordingProxy;
beforeAll(async () => {
  proxy = new RecordingProxy(registry.address);
  await proxy.start();
});
afterAll(() => proxy.stop());

/** What the pretend `amazon-ebs` plants in its build variables starts so, and so does what the template adds. */
const planted = "planted-secret";

const template = `${requiredPlugins}
variable "password" {
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
    environment_vars = ["PASSWORD=\${var.password}"]
    inline           = ["test -n \\"$PASSWORD\\""]
  }
  post-processor "waybill" {
    artifact = "hashicorp/secretive"
    # Somebody's mistake.
    metadata = { mistake = "password \${build.Password}" }
  }
}
`;

async function build(settings: NodeJS.ProcessEnv): Promise<{ workspace: Workspace; output: string }> {
  const workspace = await newWorkspace({
    ...registry.settings,
    AWS_SECRET_ACCESS_KEY: `${planted}-environment`,
    PKR_VAR_password: `${planted}-variable`,
    PACKER_LOG: "1",
    PACKER_LOG_PATH: "packer.log",
    ...settings,
  });
  await workspace.write("tmp/.keep", "");
  await workspace.write("web.pkr.hcl", template);
  const { output } = expectSuccess(await workspace.packer(["build", "."], { TMPDIR: workspace.path("tmp") }));
  return { workspace, output: output + (await workspace.read("packer.log")) };
}

test("what the builder keeps secret is in no request and no log", async () => {
  const { workspace, output } = await build({ WAYBILL_ADDRESS: proxy.address });
  const requests = JSON.stringify(proxy.requests);
  expect(requests).toContain("ami-0000000000ubuntu");
  expect(requests).toContain("password (sensitive)");
  expect(requests).not.toContain(planted);
  expect(ownLines(output)).not.toContain(planted);
  expect(output).not.toContain(registry.token);
  expect(await contents(workspace.path("tmp"))).not.toContain(planted);
});

test("what the builder keeps secret is not in the spool, and neither is the token", async () => {
  const { workspace, output } = await build({ WAYBILL_ADDRESS: "http://127.0.0.1:1", WAYBILL_TIMEOUT: "1s" });
  const spool = await contents(workspace.spool);
  expect(spool).toContain("ami-0000000000ubuntu");
  expect(spool).not.toContain(planted);
  expect(spool).not.toContain(registry.token);
  expect(output).not.toContain(registry.token);
  expect(ownLines(output)).not.toContain(planted);
});

/** The lines that the plugin wrote: Packer's own log is not ours to hold clean. */
function ownLines(log: string): string {
  return log
    .split("\n")
    .filter((line) => line.includes("waybill"))
    .join("\n");
}

async function contents(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const read = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), "latin1"));
  return (await Promise.all(read)).join("\n");
}
