import { expect, test } from "vitest";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileSource, requiredPlugins } from "./harness/templates.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const template = `${requiredPlugins}${fileSource("web")}
source "amazon-ebs" "web" {
  ami_name    = "web"
  region      = "us-east-1"
  ami_regions = ["us-east-1", "eu-west-1"]
}
build {
  sources = ["source.file.web", "source.amazon-ebs.web"]
  post-processor "manifest" {
    custom_data = { kernel = "6.1" }
  }
  post-processor "waybill" {
    artifact = "hashicorp/published"
    metadata = { kernel = "6.1" }
  }
}
`;

/** Of a version, what a manifest tells as well. */
async function recorded(artifact: string) {
  const { fingerprint, builds } = await registry.client.getVersion(artifact, 1);
  const told = builds.map(({ name, artifact_type, metadata, images, files }) => ({
    ...{ name, artifact_type, metadata },
    images: images.map(({ platform, region, external_id }) => ({ platform, region, external_id })),
    files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
  }));
  return { fingerprint, builds: told.sort((a, b) => a.name.localeCompare(b.name)) };
}

test("what Packer's manifest tells is imported as the plugin published it, and what the plugin published is not imported", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", template);
  expectSuccess(await workspace.packer(["build", "."]));
  const take = (artifact: string) =>
    workspace.waybill(["import", "packer-manifest.json", "--artifact", artifact]);
  const { stdout } = expectSuccess(await take("hashicorp/published"));
  expect(stdout).toMatch(/^there already\thashicorp\/published\t1\t/);
  const imported = expectSuccess(await take("hashicorp/imported"));
  expect(imported.stdout).toMatch(/^published\thashicorp\/imported\t1\t/);
  const published = await recorded("hashicorp/published");
  expect(published.builds).toHaveLength(2);
  expect(await recorded("hashicorp/imported")).toEqual(published);
});
