import { expect, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileSource, requiredPlugins } from "./harness/templates.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const waybill = (artifact: string) => `post-processor "waybill" {\n artifact = "${artifact}"\n }\n`;
const compress = 'post-processor "compress" {\n output = "images/web.tar.gz"\n }\n';
const failing = 'post-processor "shell-local" {\n inline = ["exit 1"]\n }\n';
const chain = (...steps: string[]) => `post-processors {\n ${steps.join(" ")}\n }\n`;
const template = (...steps: string[]) =>
  `${requiredPlugins}${fileSource("web")}build {\n sources = ["source.file.web"]\n ${steps.join("\n")}\n }\n`;

async function build(content: string) {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", content);
  return { workspace, result: await workspace.packer(["build", "."]) };
}

async function isPublished(artifact: string): Promise<void> {
  const { items } = await registry.client.listVersions(artifact);
  expect(items).toMatchObject([{ number: 1, state: "complete" }]);
}

test("in a block of its own it keeps the image that another block compresses", async () => {
  const { workspace, result } = await build(template(waybill("hashicorp/own-block"), compress));
  expectSuccess(result);
  expect(await workspace.list("images")).toEqual(["web.img", "web.tar.gz"]);
  await isPublished("hashicorp/own-block");
});

test("last in its chain it records what the step before it made", async () => {
  const { workspace, result } = await build(template(chain(compress, waybill("hashicorp/last"))));
  expectSuccess(result);
  expect(await workspace.list("images")).toContain("web.tar.gz");
  await isPublished("hashicorp/last");
  const { files, images } = await registry.client.resolve({ artifact: "hashicorp/last" });
  expect(JSON.stringify([files, images])).toContain("web.tar.gz");
});

test("a compress after it in one chain destroys what was recorded: why the documentation says last", async () => {
  const { workspace, result } = await build(template(chain(waybill("hashicorp/before"), compress)));
  expectSuccess(result);
  expect(await workspace.list("images")).toEqual(["web.tar.gz"]);
  await isPublished("hashicorp/before");
});

test("a step that fails in a block after it does not cost the image", async () => {
  const { workspace, result } = await build(template(waybill("hashicorp/then-fails"), failing));
  expectFailure(result);
  expect(await workspace.list("images")).toEqual(["web.img"]);
  await isPublished("hashicorp/then-fails");
});

test("keep_input_artifact = false does not make Packer destroy what was recorded", async () => {
  const content = template(waybill("hashicorp/keeper").replace("{", "{\n keep_input_artifact = false"));
  const { workspace, result } = await build(content);
  expectSuccess(result);
  expect(await workspace.list("images")).toEqual(["web.img"]);
  await isPublished("hashicorp/keeper");
});
