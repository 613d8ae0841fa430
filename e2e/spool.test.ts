import { stat } from "node:fs/promises";
import { afterAll, afterEach, beforeEach, expect, inject, onTestFinished, test } from "vitest";
import { expectFailure, expectSuccess, useWorkspaces } from "./harness/fixtures.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";
import { Registry } from "./harness/registry.ts";
import { fileSource, fileTemplate, requiredPlugins } from "./harness/templates.ts";
import { until } from "./harness/until.ts";

const registry = new Registry();
const newWorkspace = useWorkspaces();
beforeEach(() => registry.start());
afterEach(() => registry.kill());
afterAll(() => registry.remove());

/** Short, so that a test of a registry that is away does not wait as long as a person would want to. */
const impatient = { WAYBILL_TIMEOUT: "1s" };

const pausing = `${requiredPlugins}
${fileSource("worker")}
source "amazon-ebs" "web" {
  region   = "us-east-1"
  wait_for = "go-on"
}
build {
  sources = ["source.file.worker", "source.amazon-ebs.web"]

  post-processor "waybill" {
    artifact = "hashicorp/interrupted"
  }
}
`;

test("a registry killed in the middle of a build costs no image, and the record is sent later, once", async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...impatient });
  await workspace.write("web.pkr.hcl", pausing);
  const building = workspace.packer(["build", "."]);
  await until("one build is reported and the other under way", async () => {
    const reported = await registry.client.listVersions("hashicorp/interrupted").catch(() => undefined);
    return reported?.items[0]?.builds.length === 1 && (await workspace.list()).includes("go-on.waiting");
  });
  await registry.kill();
  await workspace.write("go-on", "");

  const { output } = expectSuccess(await building);
  expect(output).toContain("waybill spool send");
  const [image] = await workspace.list("cloud/us-east-1");
  expect(image).toMatch(/^ami-/);
  const [record] = await workspace.list(".spool");
  expect((await stat(workspace.path(".spool", record ?? ""))).mode & 0o777).toBe(0o600);

  await registry.start();
  const sends = await Promise.all([
    workspace.waybill(["spool", "send"]),
    workspace.waybill(["spool", "send"]),
  ]);
  for (const send of sends) expectSuccess(send);
  expect(await workspace.list(".spool")).toEqual([]);
  expectSuccess(await workspace.waybill(["spool", "send"]));
  const { items } = await registry.client.listVersions("hashicorp/interrupted");
  expect(items).toMatchObject([{ number: 1, state: "complete" }]);
  const resolved = await registry.client.resolve({ artifact: "hashicorp/interrupted" });
  expect(resolved.images.map(({ external_id }) => external_id).sort()).toEqual([image, "images/worker.img"]);
});

test.for([
  { by: "waybill spool send", program: "waybill", args: ["spool", "send"], latest: "newer" },
  { by: "the next build", program: inject("packer"), args: ["build", "-force", "."], latest: "next" },
])("a build sent from the spool by $by does not become latest over a newer one", async (send) => {
  const artifact = `hashicorp/late-${send.latest}`;
  const template = fileTemplate(["web"], `artifact = "${artifact}"\n latest = true`);
  const older = await newWorkspace({ ...registry.settings, ...impatient });
  await older.write("web.pkr.hcl", template);
  await registry.kill();
  expectSuccess(await older.packer(["build", "."], { WAYBILL_FINGERPRINT: "older" }));

  await registry.start();
  const newer = await newWorkspace(registry.settings);
  await newer.write("web.pkr.hcl", template);
  expectSuccess(await newer.packer(["build", "."], { WAYBILL_FINGERPRINT: "newer" }));
  const { output } = expectSuccess(await older.run(send.program, send.args, { WAYBILL_FINGERPRINT: "next" }));

  expect(output).toContain("version 1, so that version stays latest");
  const sent = await registry.client.getVersion(artifact, "fingerprint:older");
  expect(sent).toMatchObject({ number: 2, state: "complete", latest: false });
  expect(await registry.client.resolve({ artifact })).toMatchObject({ fingerprint: send.latest });
});

test("what waits in the spool goes before the next publication", async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...impatient });
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "hashicorp/queue"'));
  await registry.kill();
  expectSuccess(await workspace.packer(["build", "-force", "."], { WAYBILL_FINGERPRINT: "first" }));
  await registry.start();
  expectSuccess(await workspace.packer(["build", "-force", "."], { WAYBILL_FINGERPRINT: "second" }));

  expect(await workspace.list(".spool")).toEqual([]);
  const { items } = await registry.client.listVersions("hashicorp/queue");
  expect(items).toMatchObject([
    { number: 2, fingerprint: "second" },
    { number: 1, fingerprint: "first" },
  ]);
  expect(await registry.client.resolve({ artifact: "hashicorp/queue" })).toMatchObject({ number: 2 });
});

test("channels, documents and files of a build in the spool are done when it is sent", async () => {
  const artifact = "hashicorp/complete";
  const workspace = await newWorkspace({ ...registry.settings, ...impatient });
  const options = `artifact = "${artifact}"
    channels  = ["staging", "production"]
    documents = ["web.cdx.json"]
    files     = ["notes.txt"]
    output    = "images.json"`;
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], options));
  await workspace.write("web.cdx.json", "{}");
  await workspace.write("notes.txt", "of the build that waits");
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-newer" }];
  await registry.kill();
  const { output } = expectSuccess(await workspace.packer(["build", "."], { WAYBILL_FINGERPRINT: "older" }));
  expect(output).toContain(workspace.path("web.cdx.json"));
  expect(JSON.parse(await workspace.read("images.json"))).toMatchObject({
    [artifact]: { fingerprint: "older", version: null },
  });

  await registry.start();
  const builds = [{ name: "web", artifact_type: "amazon.ami", images }];
  await registry.client.publish(artifact, { fingerprint: "newer", builds });
  await registry.client.channels.put(artifact, "production", { version: 1 });
  const sent = expectSuccess(await workspace.waybill(["spool", "send"]));
  expect(sent.output).toContain("channel production of hashicorp/complete: it stays at version 1");
  expect(await registry.client.resolve({ artifact })).toMatchObject({ number: 1 });
  expect(await registry.client.resolve({ artifact, channel: "staging" })).toMatchObject({ number: 2 });
  expect(await registry.client.resolve({ artifact, channel: "production" })).toMatchObject({ number: 1 });
  expect((await registry.client.getVersion(artifact, 2)).builds).toMatchObject([
    { documents: [{ name: "web.cdx.json" }], files: [{}, { path: "notes.txt", stored: true }] },
  ]);
});

test("many builds of one run send what waits once, and then publish", async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...impatient });
  await workspace.write("old.pkr.hcl", fileTemplate(["old"], 'artifact = "hashicorp/many"'));
  await registry.kill();
  expectSuccess(await workspace.packer(["build", "old.pkr.hcl"], { WAYBILL_FINGERPRINT: "first" }));
  await registry.start();
  const sources = ["a", "b", "c", "d"];
  await workspace.write("new.pkr.hcl", fileTemplate(sources, 'artifact = "hashicorp/many"'));
  const { output } = expectSuccess(await workspace.packer(["build", "new.pkr.hcl"]));
  expect(output.match(/sent build file\.old from the spool, to version 1/g)).toHaveLength(1);
  expect(await workspace.list(".spool")).toEqual([]);
  expect(await registry.client.resolve({ artifact: "hashicorp/many" })).toMatchObject({ number: 2 });
});

test('with on_error = "fail" a registry that is away fails the build and says what Packer does then', async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...impatient });
  await workspace.write(
    "web.pkr.hcl",
    fileTemplate(["web"], 'artifact = "hashicorp/strict"\n on_error = "fail"'),
  );
  await registry.kill();
  const { code, output } = await workspace.packer(["build", "."]);
  expect(code, output).toBe(1);
  expect(output).toMatch(/destroy/i);
});

async function startProxy(): Promise<RecordingProxy> {
  const proxy = new RecordingProxy(registry.address);
  await proxy.start();
  onTestFinished(() => proxy.stop());
  return proxy;
}

test("answers lost on their way make no second version", async () => {
  const proxy = await startProxy();
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: proxy.address });
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "hashicorp/lossy"'));
  proxy.answersToLose = 2;
  expectSuccess(await workspace.packer(["build", "."]));

  expect(proxy.answersToLose).toBe(0);
  expect(await workspace.list(".spool")).toEqual([]);
  const { items } = await registry.client.listVersions("hashicorp/lossy");
  expect(items).toMatchObject([{ number: 1, state: "complete" }]);
});

test("Ctrl-C while a registry hangs ends the build at once and keeps the image for the spool", async () => {
  const proxy = await startProxy();
  proxy.hangs = true;
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: proxy.address });
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "hashicorp/impatient"'));
  const interrupt = new AbortController();
  const building = workspace.packer(["build", "."], {}, interrupt.signal);
  await until("the plugin asks the registry", () => proxy.requests.length > 0);
  interrupt.abort();
  expectFailure(await building);
  expect(await workspace.list("images")).toEqual(["web.img"]);

  proxy.hangs = false;
  expectSuccess(await workspace.waybill(["spool", "send"]));
  const { items } = await registry.client.listVersions("hashicorp/impatient");
  expect(items).toMatchObject([{ number: 1, state: "complete" }]);
});
