import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newToken } from "@waybill/registry-server/tokens/token";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { expectSuccess, useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { instead } from "./harness/templates.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useFreshRegistry();
const newWorkspace = useWorkspaces();

const examples = join(repository, "examples/terraform");

const head = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
`;

type Example = {
  /** The examples of one folder are one configuration: a page shows each by itself, and none gets in another's way. */
  readonly folder: string;
  /** The cloud's resources are replaced by what stands for them. */
  readonly prepare?: (text: string) => string;
  /** What somebody changes in it; nothing, where what it reads changes. */
  readonly change?: (text: string) => string;
};

const all: Example[] = [
  { folder: "data-sources" },
  { folder: "first-steps" },
  { folder: "launch-configuration", prepare: withoutCloud },
  { folder: "provider", change: (text) => text.replace("https://waybill", "https://images") },
  {
    folder: "resources",
    change: (text) => text.replaceAll(/( (?:description|reason) += ".*)"/g, '$1, changed"'),
  },
  {
    folder: "functions",
    change: (text) => text.replaceAll("1.4.2", "1.5.0").replaceAll("hashicorp/web", "other/web"),
  },
  { folder: "ephemeral-resources", change: (text) => text.replace('"15m"', '"20m"') },
];

function withoutCloud(text: string): string {
  let configuration = instead(text, / {4}aws = \{.*?\n {4}\}\n/s, "");
  configuration = instead(configuration, /provider "aws" \{.*?\n\}\n/s, "");
  configuration = instead(
    configuration,
    /resource "aws_launch_template" "logstream" \{.*?image_id\s+= (\S+).*?\n\}/s,
    'resource "terraform_data" "launch_template" {\n  input = $1\n}',
  );
  return instead(configuration, /resource "aws_autoscaling_group".*?\n\}\n/s, "");
}

test("every folder of examples is among those that are run", async () => {
  expect((await readdir(examples)).sort()).toEqual(all.map(({ folder }) => folder).sort());
});

/** Publishes what the examples read: the same as before, in another image. */
async function publish(commit: string): Promise<void> {
  const external_id = `ami-${commit.slice(0, 17)}`;
  const images = [{ platform: "aws", region: "us-east-1", external_id }];
  const build = { artifact_type: "amazon.ami", images, provenance: { git: { commit } } };
  await registry.client.publish("hashicorp/web", {
    fingerprint: commit,
    builds: [{ ...build, name: "amazon-ebs.web" }],
  });
  await registry.client.publish("hashicorp/logstream", {
    fingerprint: commit,
    builds: [{ ...build, name: "file.web", metadata: { release: commit.slice(0, 3) } }],
  });
}

/** Publishes it, and puts it where the examples look. */
async function release(commit: string): Promise<void> {
  await publish(commit);
  const ifUnchanged = await registry.client.channels.get("hashicorp/web", "production");
  await registry.client.channels.put("hashicorp/web", "production", { version: 3 }, { ifUnchanged });
}

describe.for(inject("terraforms"))("$title", ({ path }) => {
  let workspace: Workspace;
  const settings = {
    TF_VAR_ci_secret: newToken(),
    TF_VAR_webhook_secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
  };
  const terraform = (...args: string[]) => workspace.run(path, args, settings);
  const expectQuiet = async () => {
    const plan = await terraform("plan", "-detailed-exitcode");
    expect(plan.code, plan.output).toBe(0);
  };

  beforeEach(async () => {
    workspace = await newWorkspace(registry.settings);
    for (const commit of ["4f2a9c1", "8e1d0b7"]) await publish(commit.repeat(6).slice(2));
    await registry.client.channels.put("hashicorp/web", "production", { version: 1 });
  });

  test.for(all)(
    "the examples of $folder are made, change nothing more, are changed, imported and destroyed",
    async ({ folder, prepare = (text) => text, change }) => {
      const files = (await readdir(join(examples, folder))).filter((name) => !name.endsWith(".md")).sort();
      const texts = await Promise.all(files.map((name) => readFile(join(examples, folder, name), "utf8")));
      const write = async (by: (text: string) => string) => {
        for (const [index, name] of files.entries()) await workspace.write(name, by(texts[index] ?? ""));
      };
      await write(prepare);
      if (!texts.some((text) => text.includes("required_providers"))) await workspace.write("head.tf", head);
      expectSuccess(await terraform("init"));
      expectSuccess(await terraform("fmt", "-check", "-diff"));
      expectSuccess(await terraform("apply", "-auto-approve"));
      await expectQuiet();
      const state = await workspace.read("terraform.tfstate").catch(() => "");
      expect(state).not.toMatch(/wbl_[A-Za-z0-9_-]{43}|whsec_/);

      if (change) await write((text) => change(prepare(text)));
      else await release("c0ffee0".repeat(6).slice(2));
      const changed = expectSuccess(await terraform("apply", "-auto-approve"));
      if (folder === "resources") expect(changed.output).toMatch(/[1-9] changed/);
      if (!change) expect(changed.output).toContain("ami-ffee0c0ffee0");
      await expectQuiet();

      for (const file of files.filter((name) => name.endsWith(".import.sh"))) {
        const [, , address = "", id = ""] = (await workspace.read(file)).trim().split(" ");
        expectSuccess(await terraform("state", "rm", address));
        expectSuccess(await terraform("import", address, id));
      }
      // What a registry does not tell may be written again; nothing is made anew for it.
      const imported = expectSuccess(await terraform("apply", "-auto-approve"));
      expect(imported.output).toMatch(/0 added, \d+ changed, 0 destroyed/);
      await expectQuiet();
      expectSuccess(await terraform("destroy", "-auto-approve"));
    },
  );
});
