import { newToken } from "@waybill/registry-server/tokens/token";
import { describe, expect, inject, test } from "vitest";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { installScript } from "./harness/provider-script.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const waybill = `
    waybill = {
      source = "waybill/waybill"
    }`;
const required = (...providers: string[]) =>
  `terraform {\n  required_providers {${providers.join("")}\n  }\n}\n`;

const token = `
variable "secret" {
  ephemeral = true
}
resource "waybill_token" "ci" {
  name              = "NAME"
  secret_wo         = var.secret
  secret_wo_version = 3
  scopes            = [{ scope = "read", pattern = "*" }]
}
`;

/** As much of HCP Packer's provider as makes states that somebody may come with. */
const hcp = `
import "../plugin/stdout.ts";
import { provider, resource, serve, types } from "./index.ts";

const thing = (...names) => {
  const attribute = { type: types.string, required: true, description: "." };
  const attributes = Object.fromEntries(names.map((name) => [name, attribute]));
  const schema = { description: ".", attributes };
  const none = async () => ({});
  return resource({ schema, create: none, update: none, delete: async () => undefined, read: async (state) => state });
};
await serve("terraform-provider-hcp", [], provider({
  schema: { description: ".", attributes: {} },
  configure: () => ({}),
  resources: {
    hcp_packer_bucket: thing("name"),
    hcp_packer_channel: thing("bucket_name", "name"),
    hcp_packer_channel_assignment: thing("bucket_name", "channel_name", "version_fingerprint"),
  },
}));
`;
const hcpRequired = `
    hcp = {
      source = "hashicorp/hcp"
    }`;
const before = `
resource "hcp_packer_bucket" "web" {
  name = "web"
}
resource "hcp_packer_channel" "production" {
  bucket_name = "web"
  name        = "production"
}
resource "hcp_packer_channel_assignment" "production" {
  bucket_name         = "web"
  channel_name        = "production"
  version_fingerprint = "f1"
}
`;
const after = `
provider "waybill" {
  namespace = "NAMESPACE"
}
moved {
  from = hcp_packer_bucket.web
  to   = waybill_artifact.web
}
moved {
  from = hcp_packer_channel.production
  to   = waybill_channel.production
}
moved {
  from = hcp_packer_channel_assignment.production
  to   = waybill_channel_assignment.production
}
resource "waybill_artifact" "web" {
  artifact = "web"
}
resource "waybill_channel" "production" {
  artifact = "web"
  name     = "production"
}
resource "waybill_channel_assignment" "production" {
  artifact = "web"
  channel  = "production"
  version  = 1
}
`;

describe.for(inject("terraforms"))("$title", ({ title, path }) => {
  test("takes state of an older schema", async () => {
    const workspace = await newWorkspace({ ...registry.settings, TF_VAR_secret: newToken() });
    const terraform = (...args: string[]) => workspace.run(path, args);
    await workspace.write("main.tf", required(waybill) + token.replace("NAME", `old-${title.toLowerCase()}`));
    expectSuccess(await terraform("init"));
    expectSuccess(await terraform("apply", "-auto-approve"));

    const state = JSON.parse(await workspace.read("terraform.tfstate"));
    const [instance] = state.resources[0].instances;
    expect(instance.schema_version).toBe(1);
    const { secret_wo, secret_wo_version, ...attributes } = instance.attributes;
    instance.schema_version = 0;
    instance.attributes = { ...attributes, secret: secret_wo, secret_version: secret_wo_version };
    await workspace.write("terraform.tfstate", JSON.stringify(state));

    const plan = await terraform("plan", "-detailed-exitcode");
    expect(plan.code, plan.output).toBe(0);
    expectSuccess(await terraform("apply", "-auto-approve", "-refresh-only"));
    const shown = JSON.parse(expectSuccess(await terraform("show", "-json")).stdout);
    expect(shown.values.root_module.resources[0].values).toMatchObject({ secret_wo_version: 3 });
    expectSuccess(await terraform("destroy", "-auto-approve"));
  });

  test("moves what HCP Packer had, with nothing made anew", async () => {
    const namespace = title.toLowerCase();
    const artifact = `${namespace}/web`;
    const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-1" }];
    const builds = [{ name: "a", artifact_type: "amazon.ami", images }];
    await registry.client.publish(artifact, { fingerprint: "f1", builds });
    await registry.client.channels.put(artifact, "production", { version: 1 });

    const workspace = await newWorkspace(registry.settings);
    const overrides = await installScript(workspace, "hashicorp/hcp", hcp);
    const terraform = (...args: string[]) => workspace.run(path, args, overrides);
    await workspace.write("main.tf", required(hcpRequired) + before);
    expectSuccess(await terraform("apply", "-auto-approve"));

    await workspace.write("main.tf", required(waybill, hcpRequired) + after.replace("NAMESPACE", namespace));
    const moved = expectSuccess(await terraform("apply", "-auto-approve"));
    expect(moved.output).toContain("hcp_packer_channel_assignment.production");
    expect(moved.output).toMatch(/0 added, \d changed, 0 destroyed/);
    const plan = await terraform("plan", "-detailed-exitcode");
    expect(plan.code, plan.output).toBe(0);
    expect((await registry.client.channels.get(artifact, "production")).version?.number).toBe(1);
  });
});
