import { beforeEach, describe, expect, inject, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const head = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
`;

const everything = `
variable "namespace" {}
variable "regions" {
  type    = list(string)
  default = ["us-east-1"]
}
variable "reason" {
  default = "first"
}
resource "waybill_artifact" "web" {
  artifact    = "\${var.namespace}/web"
  description = "Web servers"
  labels      = { team = "platform" }
  retention = {
    keep = 20
    days = 30
  }
  force_destroy = true
}
resource "waybill_version" "vendor" {
  artifact    = waybill_artifact.web.artifact
  fingerprint = "vendor-1"
  semver      = "1.4.0"
  builds = {
    "vendor.web" = {
      artifact_type = "amazon.ami"
      metadata      = { os = "debian" }
      images = [
        { platform = "aws", region = "us-east-1", external_id = "ami-1" },
        { platform = "aws", region = "eu-west-1", external_id = "ami-2", labels = { arch = "arm64" } },
      ]
    }
  }
}
resource "waybill_channel" "production" {
  artifact    = waybill_artifact.web.artifact
  name        = "production"
  description = "What customers use"
  rules       = { regions = var.regions, scope = "promote" }
}
resource "waybill_channel_assignment" "production" {
  artifact = waybill_artifact.web.artifact
  channel  = waybill_channel.production.name
  version  = waybill_version.vendor.number
  reason   = var.reason
}
resource "waybill_version" "broken" {
  artifact    = waybill_artifact.web.artifact
  fingerprint = "vendor-0"
  latest      = false
  builds = {
    "vendor.web" = {
      artifact_type = "amazon.ami"
      images        = [{ platform = "aws", region = "us-east-1", external_id = "ami-0" }]
    }
  }
}
resource "waybill_revocation" "broken" {
  artifact = waybill_artifact.web.artifact
  version  = waybill_version.broken.number
  reason   = "does not boot"
}
data "waybill_channel" "production" {
  artifact = waybill_artifact.web.artifact
  name     = waybill_channel_assignment.production.channel
}
data "waybill_version" "vendor" {
  artifact = waybill_artifact.web.artifact
  number   = waybill_version.vendor.number
}
data "waybill_artifacts" "all" {
  namespace  = var.namespace
  depends_on = [waybill_revocation.broken]
}
data "waybill_ancestry" "vendor" {
  artifact = waybill_artifact.web.artifact
  number   = waybill_version.vendor.number
}
output "production" {
  value = data.waybill_channel.production.semver
}
output "ami" {
  value = data.waybill_version.vendor.builds["vendor.web"].images[0].external_id
}
output "newest" {
  value = data.waybill_artifacts.all.artifacts
}
output "family" {
  value = data.waybill_ancestry.vendor.children
}
output "functions" {
  value = [
    provider::waybill::parse_reference("hashicorp/web").artifact,
    provider::waybill::satisfies("1.4.2", "~> 1.4"),
    provider::waybill::compare_versions("1.10.0", "1.9.0"),
  ]
}
`;

describe.for(inject("terraforms"))("$title", ({ title, path }) => {
  let workspace: Workspace;
  const namespace = title.toLowerCase();
  const terraform = (args: string[], settings?: NodeJS.ProcessEnv) =>
    workspace.run(path, [...args, "-no-color"], { TF_VAR_namespace: namespace, ...settings });
  const isQuiet = async () => {
    const plan = await terraform(["plan", "-detailed-exitcode"]);
    expect(plan.code, plan.output).toBe(0);
  };

  beforeEach(async () => {
    workspace = await newWorkspace(registry.settings);
    await workspace.write("main.tf", head + everything);
    expectSuccess(await terraform(["init"]));
  });

  test("makes everything, plans nothing more, changes, imports and destroys it", async () => {
    expectSuccess(await terraform(["apply", "-auto-approve"]));
    const outputs = JSON.parse((await terraform(["output", "-json"])).stdout);
    expect(outputs.production.value).toBe("1.4.0");
    expect(outputs.ami.value).toBe("ami-1");
    expect(Object.keys(outputs.newest.value)).toEqual([`${namespace}/web`]);
    expect(outputs.family.value).toEqual([]);
    expect(outputs.functions.value).toEqual(["web", true, 1]);
    await isQuiet();

    await registry.client.putArtifact(`${namespace}/web`, { description: "By hand" });
    const drift = await terraform(["plan"]);
    expect(drift.output).toMatch(/~ description\s+= "By hand" -> "Web servers"/);
    const nested = await terraform(["plan"], { TF_VAR_regions: '["us-east-1", "eu-west-1"]' });
    expect(nested.output).toMatch(
      /~ rules\s+= \{\s+~ regions = \[.*?\+ "eu-west-1".*?unchanged attributes hidden/s,
    );

    const change = await terraform(["plan"], { TF_VAR_reason: "second" });
    expect(change.output).toMatch(/2 to change/);
    expectSuccess(await terraform(["apply", "-auto-approve"], { TF_VAR_reason: "second" }));

    const imports = {
      "waybill_artifact.web": `${namespace}/web`,
      "waybill_channel.production": `${namespace}/web/production`,
      "waybill_channel_assignment.production": `${namespace}/web/production`,
    };
    for (const [address, id] of Object.entries(imports)) {
      expectSuccess(await terraform(["state", "rm", address]));
      expectSuccess(await terraform(["import", address, id]));
    }
    expectSuccess(await terraform(["destroy", "-auto-approve"]));
  });

  test("leaves what is ignored as it is, a whole argument or a part of one", async () => {
    const artifact = (description: string, team: string, keep: number) => `${head}
variable "namespace" {}
resource "waybill_artifact" "web" {
  artifact    = "\${var.namespace}/ignoring"
  description = "${description}"
  labels      = { team = "${team}", tier = "front" }
  retention   = { keep = ${keep}, days = 30 }
  lifecycle {
    ignore_changes = [description, labels["team"], retention.keep]
  }
}
`;
    await workspace.write("main.tf", artifact("Web servers", "platform", 20));
    expectSuccess(await terraform(["apply", "-auto-approve"]));
    await workspace.write("main.tf", artifact("Others", "web", 10));
    await isQuiet();
    await workspace.write("main.tf", artifact("Others", "web", 10).replace("days = 30", "days = 60"));
    expectSuccess(await terraform(["apply", "-auto-approve"]));
    const found = await registry.client.getArtifact(`${namespace}/ignoring`);
    expect(found).toMatchObject({
      description: "Web servers",
      labels: { team: "platform", tier: "front" },
      retention: { keep: 20, days: 60 },
    });
    expectSuccess(await terraform(["destroy", "-auto-approve"]));
  });

  test("refuses to move a channel that somebody else has moved since it was planned", async () => {
    expectSuccess(await terraform(["apply", "-auto-approve"]));
    const back = { TF_VAR_reason: "again" };
    expectSuccess(await terraform(["plan", "-out=plan"], back));
    const artifact = `${namespace}/web`;
    const other = await registry.client.publish(artifact, {
      fingerprint: `by-hand-${title}`,
      builds: [
        {
          name: "vendor.web",
          artifact_type: "amazon.ami",
          images: [{ platform: "aws", region: "us-east-1", external_id: "ami-3" }],
        },
      ],
    });
    const channel = await registry.client.channels.get(artifact, "production");
    await registry.client.channels.put(
      artifact,
      "production",
      { version: Number(other.version.number) },
      { ifUnchanged: channel },
    );
    const refused = expectFailure(await terraform(["apply", "plan"]));
    expect(refused.output).toContain("Channel was moved meanwhile");
    const { version } = await registry.client.channels.get(artifact, "production");
    expect(version?.number).toBe(other.version.number);
    expectSuccess(await terraform(["apply", "-auto-approve"]));
    expectSuccess(await terraform(["destroy", "-auto-approve"]));
  });
});
