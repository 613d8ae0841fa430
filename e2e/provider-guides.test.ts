import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { installScript } from "./harness/provider-script.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const folder = join(repository, "provider/docs/guides");
const guides = (await readdir(folder)).sort();

const head = `
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    waybill = {
      source = "waybill/waybill"
    }
  }
}
`;

/** Stands for the cloud: what guides make there, and nothing of it. */
const aws = `
import "../plugin/stdout.ts";
import { provider, resource, serve, types } from "./index.ts";

const thing = (...names) => {
  const attribute = { type: types.string, optional: true, description: "." };
  const attributes = Object.fromEntries(names.map((name) => [name, attribute]));
  const none = async () => ({});
  return resource({ schema: { description: ".", attributes }, create: none, update: none, delete: none, read: none });
};
await serve("terraform-provider-aws", [], provider({
  schema: { description: ".", attributes: {} },
  configure: () => ({}),
  resources: {
    aws_launch_template: thing("name_prefix", "image_id"),
    aws_ssm_parameter: thing("name", "type", "value"),
  },
}));
`;

beforeAll(async () => {
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-0123456789abcdef0" }];
  const builds = [{ name: "amazon-ebs.web", artifact_type: "amazon.ami", images }];
  for (const artifact of ["hashicorp/web", "hashicorp/logstream"]) {
    await registry.client.publish(artifact, { fingerprint: "1", builds });
    await registry.client.channels.put(artifact, "production", { version: 1 });
  }
});

describe.for(inject("terraforms"))("$title", ({ path }) => {
  test.for(guides)("what the guide %s comes to is well written, and is planned", async (guide) => {
    const text = await readFile(join(folder, guide), "utf8");
    const blocks = [...text.matchAll(/```terraform\n(.*?)```/gs)].map(([, block = ""]) => block);
    const ours = blocks.filter((block) => block.includes("waybill_"));
    expect(ours.length).toBeGreaterThan(0);
    const workspace = await newWorkspace(registry.settings);
    const settings = await installScript(workspace, "hashicorp/aws", aws);
    await workspace.write("main.tf", [head, ...ours].join("\n"));
    const plan = expectSuccess(await workspace.run(path, ["plan"], settings));
    expect(plan.output).toMatch(/ami-0123456789abcdef0|waybill_channel/);
    for (const block of blocks) {
      await workspace.write("block.tf", block);
      expectSuccess(await workspace.run(path, ["fmt", "-check", "-diff", "block.tf"], settings));
    }
  });
});
