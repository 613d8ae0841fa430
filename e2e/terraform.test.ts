import { join } from "node:path";
import type { Publish } from "@waybill/registry-client/types";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { body, type Fault, FaultyRegistry, problem } from "../provider/test/harness/faulty-registry.ts";
import { repository } from "../tools/environment.ts";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const configuration = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
variable "name" {
  default = "hashicorp/logstream"
}
variable "region" {
  default = null
}
data "waybill_artifact" "logstream" {
  name   = var.name
  region = var.region
}
resource "terraform_data" "launch_template" {
  input = data.waybill_artifact.logstream.metadata_full["region-us-east-1"]
}
output "number" {
  value = data.waybill_artifact.logstream.number
}
`;

function release(number: number): Publish & { fingerprint: string } {
  const image = (region: string) => ({ platform: "aws", region, external_id: `ami-${region}-${number}` });
  const images = [image("us-east-1"), image("eu-west-1")];
  const builds = [{ name: "amazon-ebs.logstream", artifact_type: "amazon.ami", images }];
  return { fingerprint: `commit-${number}`, builds };
}

describe.for(inject("terraforms"))("$title", ({ title, path }) => {
  const artifact = `${title.toLowerCase()}/logstream`;
  let workspace: Workspace;
  const terraform = (args: string[], settings?: NodeJS.ProcessEnv) =>
    workspace.run(path, [...args], { TF_VAR_name: artifact, ...settings });

  beforeEach(async () => {
    workspace = await newWorkspace(registry.settings);
    await workspace.write("main.tf", configuration);
    expectSuccess(await terraform(["init"]));
    await registry.client.publish(artifact, release(1));
  });

  test("reads, and shows a new version as a change by itself", async () => {
    expectSuccess(await terraform(["apply", "-auto-approve"]));
    expect(await terraform(["plan", "-detailed-exitcode"])).toMatchObject({ code: 0 });

    await registry.client.publish(artifact, release(2));
    const plan = await terraform(["plan", "-detailed-exitcode"]);
    expect(plan.code, plan.output).toBe(2);
    expect(plan.output).toMatch(/~ input\s+= "ami-us-east-1-1" -> "ami-us-east-1-2"/);
    expect(plan.output).toMatch(/~ number\s+= 1 -> 2/);

    expectSuccess(await terraform(["apply", "-auto-approve"]));
    expect(await terraform(["plan", "-detailed-exitcode"])).toMatchObject({ code: 0 });
  });

  test.for<{ what: string; settings: NodeJS.ProcessEnv; summary: string; detail: RegExp }>([
    {
      what: "an artifact that is not there",
      settings: { TF_VAR_name: "hashicorp/none" },
      summary: "No such artifact",
      detail: /hashicorp\/none/,
    },
    {
      what: "a region without an image",
      settings: { TF_VAR_region: "ap-south-1" },
      summary: "No matching image",
      detail: /eu-west-1.*us-east-1/s,
    },
    {
      what: "a registry that is away",
      settings: { WAYBILL_ADDRESS: "http://127.0.0.1:1", WAYBILL_TIMEOUT: "1s" },
      summary: "Registry not reachable",
      detail: /127\.0\.0\.1:1/,
    },
    {
      what: "a token that the registry does not know",
      settings: { WAYBILL_TOKEN: `wbl_${"A".repeat(43)}` },
      summary: "Token refused",
      detail: /WAYBILL_TOKEN/,
    },
  ])("reports $what", async ({ settings, summary, detail }) => {
    const { output } = expectFailure(await terraform(["plan"], settings));
    expect(output).toContain(`Error: ${summary}`);
    expect(output).toMatch(detail);
    expect(output).not.toContain(settings.WAYBILL_TOKEN ?? registry.token);
  });

  test.for<[what: string, fault: Fault, summary: string, detail: RegExp, line?: RegExp]>([
    ["403", problem(403, "forbidden"), "Token may not do this", /Said forbidden/, /name\s+= var\.name/],
    ["404", problem(404, "channel_not_found"), "No such channel", /Said/, /name\s+= var\.name/],
    [
      "429",
      problem(429, "busy", { code: "too_many_requests" }, { "retry-after": "60" }),
      "Registry asks to wait",
      /60 s/,
    ],
    ["500", problem(500, "internal"), "Registry failed", /Try again/],
    [
      "a page",
      body(200, "text/html", "<title>Sign in</title>"),
      "Registry gave an invalid answer",
      /HTML\s+page/,
    ],
  ])("reports a registry that answers %s, at its line", async ([, fault, summary, detail, line]) => {
    const faulty = await FaultyRegistry.start();
    faulty.fault = fault;
    const settings = { WAYBILL_ADDRESS: faulty.address(), WAYBILL_TIMEOUT: "5s" };
    const { output } = expectFailure(await terraform(["plan"], settings));
    await faulty.stop();
    expect(output).toContain(`Error: ${summary}`);
    expect(output).toMatch(detail);
    expect(output).toMatch(/with data\.waybill_artifact\.logstream/);
    if (line) expect(output).toMatch(line);
    expect(output).not.toContain(registry.token);
  });

  test("logs at the level of TF_LOG_PROVIDER: each call with its time, what it waits for, and no token", async () => {
    const { output } = expectSuccess(await terraform(["plan"], { TF_LOG_PROVIDER: "debug" }));
    expect(output).toMatch(/\[DEBUG\] [^{]*: ReadDataSource waybill_artifact: .*ms=\d+/);
    const away = { WAYBILL_ADDRESS: "http://127.0.0.1:1", WAYBILL_TIMEOUT: "1s", TF_LOG_PROVIDER: "info" };
    const quiet = expectFailure(await terraform(["plan"], away));
    expect(quiet.output).toMatch(/\[INFO\] .*trying again/);
    expect(quiet.output).not.toContain("ReadDataSource waybill_artifact");
    for (const log of [output, quiet.output]) expect(log).not.toContain(registry.token);
  });

  test("says what to do when the provider's configuration is known only after apply", async () => {
    const unknown = `
resource "terraform_data" "later" {
  input = "http://127.0.0.1:1"
}
provider "waybill" {
  address = terraform_data.later.output
}
`;
    await workspace.write("provider.tf", unknown);
    const { output } = expectFailure(await terraform(["plan"]));
    expect(output).toContain("Error: Provider configuration is known only after apply");
    expect(output).toMatch(/address.*-target/s);
  });

  test("refuses two selectors before anything is asked", async () => {
    await workspace.write(
      "main.tf",
      configuration.replace("var.name", 'var.name\n version = "7"\n channel = "latest"'),
    );
    const { output } = expectFailure(await terraform(["validate"]));
    expect(output).toContain("Error: Arguments exclude each other");
  });
});

test("the provider as a script for those who have Node reads too", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("main.tf", configuration);
  await registry.client.publish("hashicorp/logstream", release(1));
  const script = join(repository, "dist", "terraform-provider-waybill.cjs");
  const mirror = workspace.path("mirror");
  expectSuccess(await workspace.waybill(["provider", "install", "--from", script, "--plugin-dir", mirror]));
  const tofu = inject("terraforms").at(-1)?.path ?? "";
  expectSuccess(await workspace.run(tofu, ["init", `-plugin-dir=${mirror}`]));
  expect(expectSuccess(await workspace.run(tofu, ["plan"])).output).toContain("ami-us-east-1-1");
});
