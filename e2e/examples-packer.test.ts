import { createHash } from "node:crypto";
import { expect, inject, test } from "vitest";
import { expectSuccess, useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { instead } from "./harness/templates.ts";

const registry = useFreshRegistry();
const newWorkspace = useWorkspaces();
const tofu = inject("terraforms").at(-1)?.path ?? "";

/** A source that needs no plugin, in place of one that does. */
const fileInstead = (name: string, target: string) =>
  `source "file" "${name}" {\n  content = "disk"\n  target  = "${target}"\n}`;

test("packer/file and terraform/first-steps work as their READMEs say", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/file");
  await workspace.copyExample("terraform/first-steps");
  expectSuccess(await workspace.packer(["build", "."]));
  expectSuccess(await workspace.run(tofu, ["init"]));
  expectSuccess(await workspace.run(tofu, ["apply", "-auto-approve"]));
  expectSuccess(await workspace.packer(["build", "-var", "release=1.1.0", "."]));
  const plan = await workspace.run(tofu, ["plan", "-detailed-exitcode"]);
  expect(plan.code, plan.output).toBe(2);
  expect(plan.output).toMatch(/~ version\s+= 1 -> 2/);
});

test.for(["logstream.pkr.hcl", "logstream.json"])(
  "packer/amazon-ebs/%s records every region",
  async (template) => {
    const workspace = await newWorkspace(registry.settings);
    await workspace.copyExample("packer/amazon-ebs");
    expectSuccess(await workspace.packer(["build", template]));
    const resolved = await registry.client.resolve({ artifact: "hashicorp/logstream", type: "amazon.ami" });
    expect(resolved.builds).toMatchObject([{ name: "amazon-ebs.logstream" }]);
    expect(resolved.metadata_full).toEqual({
      "region-us-east-1": expect.stringMatching(/^ami-/),
      "region-eu-west-1": expect.stringMatching(/^ami-/),
      source_ami: "ami-0000000000ubuntu",
    });
  },
);

test.for(["web.pkr.hcl", "web.json"])("packer/release/%s works as its README says", async (template) => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/release");
  expectSuccess(await workspace.packer(["build", template]));
  const { output } = expectSuccess(await workspace.run(tofu, ["apply", "-auto-approve", "-no-color"]));
  expect(output).toContain('image = "images/web.img"');
  const shown = expectSuccess(await workspace.waybill(["channels", "show", "hashicorp/web", "staging"]));
  expect(shown.output).toMatch(/version\s+1\b/);
  const sbom = expectSuccess(
    await workspace.waybill(["documents", "get", "hashicorp/web", "1", "web.cdx.json"]),
  );
  expect(sbom.output).toBe(await workspace.read("sbom/web.cdx.json"));
});

test("packer/base-and-child builds the child on the newest base, which becomes its parent", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/base-and-child");
  for (const version of [1, 2]) {
    expectSuccess(await workspace.packer(["build", "base"]));
    expectSuccess(await workspace.packer(["build", "child"]));
    const base = await registry.client.resolve({ artifact: "hashicorp/base", region: "us-east-1" });
    const child = await registry.client.getVersion("hashicorp/web", version);
    expect(base.number).toBe(version);
    expect(child.builds).toMatchObject([
      {
        images: [{ source_image_id: base.external_id }],
        parents: [{ artifact: "hashicorp/base", version }],
      },
    ]);
  }
});

test("packer/docker's Waybill block runs with a file in place of the image", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/docker");
  let template = await workspace.read("web.pkr.hcl");
  template = instead(template, /docker = \{.*?\}\n/s, "");
  template = instead(template, /source "docker" "web" \{.*?\n\}/s, fileInstead("web", "images/web.img"));
  template = instead(template, /source\.docker\.web/, "source.file.web");
  template = instead(template, /provisioner "shell".*?\n {2}\}/s, "");
  template = instead(template, /post-processor "docker-tag".*post-processor "docker-push" \{\}/s, "");
  await workspace.write("web.pkr.hcl", template);
  expectSuccess(await workspace.packer(["build", "web.pkr.hcl"]));
  expect(await registry.client.getArtifact("hashicorp/web")).toMatchObject({ latest: 1 });
});

test("packer/qemu records path, size and sha256 of the disk", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/qemu");
  let template = await workspace.read("appliance.pkr.hcl");
  template = instead(template, /qemu = \{.*?\}\n/s, "");
  template = instead(
    template,
    /source "qemu" "appliance" \{.*?\n\}/s,
    fileInstead("appliance", "output/appliance.qcow2"),
  );
  template = instead(template, /source\.qemu\.appliance/, "source.file.appliance");
  await workspace.write("appliance.pkr.hcl", template);
  expectSuccess(await workspace.packer(["build", "appliance.pkr.hcl"]));
  const { files: recorded } = await registry.client.resolve({ artifact: "hashicorp/appliance" });
  expect(recorded).toMatchObject([
    {
      path: "output/appliance.qcow2",
      size: 4,
      sha256: createHash("sha256").update("disk").digest("hex"),
    },
  ]);
});
