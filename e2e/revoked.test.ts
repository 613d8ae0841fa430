import { describe, expect, inject, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const release = (fingerprint: string) => ({
  fingerprint,
  semver: `1.${fingerprint}.0`,
  builds: [
    {
      name: "a",
      artifact_type: "amazon.ami",
      images: [{ platform: "aws", region: "us-east-1", external_id: `ami-${fingerprint}` }],
    },
  ],
});

/** One data source for each way to choose a version. */
const configuration = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
variable "artifact" {}
variable "on_revoked" {
  default = null
}
provider "waybill" {
  on_revoked = var.on_revoked
}
locals {
  selectors = {
    newest      = {}
    channel     = { channel = "production" }
    version     = { version = "1" }
    constraint  = { constraint = "~> 1.0" }
    fingerprint = { fingerprint = "1" }
  }
}
data "waybill_artifact" "each" {
  for_each    = local.selectors
  name        = var.artifact
  channel     = lookup(each.value, "channel", null)
  version     = lookup(each.value, "version", null)
  constraint  = lookup(each.value, "constraint", null)
  fingerprint = lookup(each.value, "fingerprint", null)
}
resource "terraform_data" "each" {
  for_each = local.selectors
  input    = data.waybill_artifact.each[each.key].external_id
}
`;

describe.for(inject("terraforms"))("$title", ({ title, path }) => {
  test.for([
    { by: "an argument", set: "warn", settings: { TF_VAR_on_revoked: "warn" } },
    { by: "an argument", set: "previous", settings: { TF_VAR_on_revoked: "previous" } },
    { by: "a variable", set: "warn", settings: { WAYBILL_ON_REVOKED: "warn" } },
    { by: "a variable", set: "previous", settings: { WAYBILL_ON_REVOKED: "previous" } },
  ])("$set set for the whole provider by $by never blocks a destroy", async ({ by, set, settings }) => {
    const artifact = `${title.toLowerCase()}/${set}-${by.at(-1)}`;
    await registry.client.publish(artifact, release("1"));
    await registry.client.channels.put(artifact, "production", { version: 1 });
    const workspace = await newWorkspace({ ...registry.settings, TF_VAR_artifact: artifact });
    const terraform = (args: string[], more: NodeJS.ProcessEnv = {}) => workspace.run(path, args, more);
    await workspace.write("main.tf", configuration);
    expectSuccess(await terraform(["init"]));
    expectSuccess(await terraform(["apply", "-auto-approve"]));

    await registry.client.revocations.revoke(artifact, 1, { reason: "does not boot" });
    const refused = expectFailure(await terraform(["destroy", "-auto-approve"]));
    expect(refused.output).toContain("Error: Version is revoked");
    expect(refused.output).toMatch(/does not boot.*on_revoked can be set here, or for the whole/s);
    expect((await terraform(["state", "list"])).stdout).toContain("terraform_data.each");

    const plan = expectSuccess(await terraform(["plan"], settings));
    expect(plan.output).toMatch(/Warning: Version is revoked.*does not boot/s);
    const destroyed = expectSuccess(await terraform(["destroy", "-auto-approve"], settings));
    expect(destroyed.output).toContain("5 destroyed");
    expect((await terraform(["state", "list"])).stdout.trim()).toBe("");
  });
});
