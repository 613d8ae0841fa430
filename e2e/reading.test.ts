import { expect, test } from "vitest";
import { expectFailure, expectSuccess, useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileSource, requiredPlugins } from "./harness/templates.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useFreshRegistry();
const newWorkspace = useWorkspaces();
const commit = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";

/** Publishes a base with one image for each region. */
async function publishBase(fingerprint: string) {
  const images = ["us-east-1", "eu-west-1"].map((region) => ({
    platform: "aws",
    region,
    external_id: `ami-${fingerprint}-${region}`,
  }));
  const build = {
    ...{ name: "base", artifact_type: "amazon.ami", images, labels: { os: "debian" } },
    provenance: { git: { commit } },
  };
  return registry.client.publish("hashicorp/base", { fingerprint, builds: [build] });
}

async function parentsOf(artifact: string, version: number) {
  const { builds } = await registry.client.getVersion(artifact, version);
  return Object.fromEntries(builds.map(({ name, parents }) => [name, parents]));
}

test("packer/several-regions builds each region on its image of one version, which is the parent of both", async () => {
  await publishBase("one");
  await registry.client.channels.put("hashicorp/base", "production", { version: 1 });
  await publishBase("two");
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/several-regions");
  expectSuccess(await workspace.packer(["build", "."]));
  const parent = { artifact: "hashicorp/base", version: 1, channel: "production" };
  expect(await parentsOf("hashicorp/web", 1)).toEqual({
    "amazon-ebs.eu": [parent],
    "amazon-ebs.us": [parent],
  });
  const { builds } = await registry.client.getVersion("hashicorp/web", 1);
  expect(builds.map(({ images }) => images[0]?.source_image_id).sort()).toEqual([
    "ami-one-eu-west-1",
    "ami-one-us-east-1",
  ]);
  expect(builds[0]?.metadata).toEqual({ base_commit: commit });
  const { items } = await registry.client.lineage.outOfDate({ artifact: "hashicorp/web" });
  expect(items).toEqual([]);
});

/** Reads the base in a way of its own, and builds a file that names no source. */
const child = (read: string, name = "web") => `${requiredPlugins}${fileSource(name)}
data "waybill-version" "base" {
  artifact = "hashicorp/base"
  ${read}
}
build {
  sources = ["source.file.${name}"]
  post-processor "waybill" {
    artifact = "hashicorp/${name}"
    images   = [{ platform = "acme", external_id = "made-of-\${data.waybill-version.base.number}" }]
  }
}
`;

async function withTemplate(content: string, settings: NodeJS.ProcessEnv = {}): Promise<Workspace> {
  const workspace = await newWorkspace({ ...registry.settings, ...settings });
  await workspace.write("web.pkr.hcl", content);
  return workspace;
}

test.each([
  ['channel = "production"', 1, "production"],
  ['version = "2"', 2, undefined],
  ['version = "latest"', 3, "latest"],
  ["", 3, "latest"],
  ['fingerprint = "two"', 2, undefined],
  ['type = "amazon.ami"', 3, "latest"],
])("reading by %s makes version %i a parent", async (read, version, channel) => {
  for (const fingerprint of ["one", "two", "three"]) await publishBase(fingerprint);
  await registry.client.channels.put("hashicorp/base", "production", { version: 1 });
  const workspace = await withTemplate(child(read));
  expectSuccess(await workspace.packer(["build", "."]));
  expect(await parentsOf("hashicorp/web", 1)).toEqual({
    "file.web": [{ artifact: "hashicorp/base", version, ...(channel && { channel }) }],
  });
});

test("an artifact is read by any filters, and what no filter leaves is never an empty text", async () => {
  await publishBase("one");
  const read = (...filters: string[]) =>
    `${requiredPlugins}data "waybill-artifact" "base" {\n artifact = "hashicorp/base"\n ${filters.join("\n ")}\n }
    source "null" "none" {\n communicator = "none"\n }
    build {\n sources = ["source.null.none"]\n post-processor "waybill" {\n artifact = "hashicorp/web"
    images = [{ platform = "aws", external_id = data.waybill-artifact.base.external_id }]\n }\n }`;
  const filters = ['type = "amazon.ami"', 'platform = "aws"', 'build = "base"', 'labels = { os = "debian" }'];
  const fits = await withTemplate(read(...filters, 'region = "eu-west-1"'));
  expectSuccess(await fits.packer(["build", "."]));
  const { builds } = await registry.client.getVersion("hashicorp/web", 1);
  expect(builds[0]?.images).toMatchObject([{ external_id: "ami-one-eu-west-1" }]);
  const none = await withTemplate(read(...filters, 'region = "mars-1"'));
  expect(expectFailure(await none.packer(["build", "."])).output).toMatch(/mars-1|us-east-1/);
});

test("runs at once, each reading another version, do not mix their parents", async () => {
  for (const fingerprint of ["one", "two", "three"]) await publishBase(fingerprint);
  const versions = [1, 2, 3];
  const builds = versions.map(async (version) => {
    const workspace = await withTemplate(child(`version = "${version}"`, `web-${version}`));
    return workspace.packer(["build", "."]);
  });
  for (const built of await Promise.all(builds)) expectSuccess(built);
  for (const version of versions) {
    expect(await parentsOf(`hashicorp/web-${version}`, 1)).toEqual({
      [`file.web-${version}`]: [{ artifact: "hashicorp/base", version }],
    });
  }
});

test("a revoked base stops the build before it begins, unless the template or the environment says otherwise", async () => {
  await publishBase("one");
  await publishBase("two");
  await registry.client.revocations.revoke("hashicorp/base", 2, { reason: "CVE-2026-1" });
  const refused = expectFailure(await (await withTemplate(child(""))).packer(["build", "."]));
  expect(refused.output).toContain("CVE-2026-1");
  const previous = await withTemplate(child('on_revoked = "previous"'));
  expectSuccess(await previous.packer(["build", "."]));
  expect(await parentsOf("hashicorp/web", 1)).toMatchObject({ "file.web": [{ version: 1 }] });
  const warned = await withTemplate(child(""), { WAYBILL_ON_REVOKED: "warn" });
  expect(expectSuccess(await warned.packer(["build", "."])).output).toMatch(
    /built from version 2.*CVE-2026-1/s,
  );
});

test("what is not there is an error that says what is, also under the older protocol", async () => {
  await publishBase("one");
  const workspace = await withTemplate(child('channel = "production"'), { PACKER_FORCE_GOB: "1" });
  expect(expectFailure(await workspace.packer(["build", "."])).output).toContain("latest");
  await registry.client.channels.put("hashicorp/base", "production", { version: 1 });
  expectSuccess(await workspace.packer(["build", "."]));
});
