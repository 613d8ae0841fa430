import { expect, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileSource, fileTemplate, requiredPlugins } from "./harness/templates.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

test("parallel sources of one run make one version", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", fileTemplate(["web", "worker"], 'artifact = "hashicorp/parallel"'));
  expectSuccess(await workspace.packer(["build", "."]));

  const { items } = await registry.client.listVersions("hashicorp/parallel");
  expect(items).toMatchObject([{ number: 1, state: "complete" }]);
  expect(items[0]?.builds.map((build) => build.name).sort()).toEqual(["file.web", "file.worker"]);
  expect(await workspace.list("images")).toEqual(["web.img", "worker.img"]);
});

test("a JSON template makes one version too", async () => {
  const workspace = await newWorkspace(registry.settings);
  const template = {
    variables: { release: "1.4.0" },
    builders: [
      { type: "file", name: "web", content: "web", target: "images/web.img" },
      { type: "file", name: "worker", content: "worker", target: "images/worker.img" },
    ],
    "post-processors": [
      {
        type: "waybill",
        artifact: "hashicorp/json",
        semver: "{{user `release`}}",
        labels: { tier: "front" },
      },
    ],
  };
  await workspace.write("web.json", JSON.stringify(template));
  expectSuccess(await workspace.packer(["build", "web.json"]));

  const { items } = await registry.client.listVersions("hashicorp/json");
  expect(items).toMatchObject([{ number: 1, state: "complete", semver: "1.4.0" }]);
  expect(items[0]?.builds.map((build) => build.name).sort()).toEqual(["file.web", "file.worker"]);
});

test("two runs with -only, one fingerprint and expected_builds make one version", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "commit-4f2c81e" });
  const options = 'artifact = "hashicorp/matrix"\n expected_builds = ["file.web", "file.worker"]';
  await workspace.write("web.pkr.hcl", fileTemplate(["web", "worker"], options));

  expectSuccess(await workspace.packer(["build", "-only=file.web", "."]));
  const half = await registry.client.getVersion("hashicorp/matrix", "fingerprint:commit-4f2c81e");
  expect(half).toMatchObject({ state: "incomplete", number: null, missing_builds: ["file.worker"] });
  await expect(registry.client.resolve({ artifact: "hashicorp/matrix" })).rejects.toMatchObject({
    code: "channel_empty",
  });

  expectSuccess(await workspace.packer(["build", "-only=file.worker", "."]));
  const { items } = await registry.client.listVersions("hashicorp/matrix");
  expect(items).toMatchObject([{ number: 1, state: "complete", missing_builds: [] }]);
});

test("two CI jobs at the same time, with one fingerprint and expected_builds, make one version", async () => {
  const options = 'artifact = "hashicorp/jobs"\n expected_builds = ["file.web", "file.worker"]';
  const jobs = ["web", "worker"].map(async (source) => {
    const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "commit-77aa012" });
    await workspace.write("web.pkr.hcl", fileTemplate(["web", "worker"], options));
    return workspace.packer(["build", `-only=file.${source}`, "."]);
  });
  for (const job of await Promise.all(jobs)) expectSuccess(job);
  const { items } = await registry.client.listVersions("hashicorp/jobs");
  expect(items).toMatchObject([{ number: 1, state: "complete", missing_builds: [] }]);
});

const halfFailing = `${requiredPlugins}
${fileSource("web")}
source "null" "checks" {
  communicator = "none"
}
build {
  sources = ["source.file.web", "source.null.checks"]

  provisioner "shell-local" {
    only   = ["null.checks"]
    inline = ["test -e checks-pass"]
  }
  post-processor "waybill" {
    artifact      = "hashicorp/flaky"
    artifact_type = "custom.image"
  }
}
`;

test("a failed source leaves the version incomplete, and a second run completes it", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", halfFailing);
  await workspace.write("checks-pass", "");
  expectSuccess(await workspace.packer(["build", "."], { WAYBILL_FINGERPRINT: "first" }));

  await workspace.removeFile("checks-pass");
  expectFailure(await workspace.packer(["build", "."], { WAYBILL_FINGERPRINT: "second" }));
  const half = await registry.client.getVersion("hashicorp/flaky", "fingerprint:second");
  expect(half).toMatchObject({ state: "incomplete", number: null, missing_builds: ["null.checks"] });
  expect(await registry.client.resolve({ artifact: "hashicorp/flaky" })).toMatchObject({ number: 1 });

  await workspace.write("checks-pass", "");
  expectSuccess(await workspace.packer(["build", "."], { WAYBILL_FINGERPRINT: "second" }));
  const resolved = await registry.client.resolve({ artifact: "hashicorp/flaky" });
  expect(resolved).toMatchObject({ number: 2, fingerprint: "second" });
  expect(resolved.builds.map((build) => build.name).sort()).toEqual(["file.web", "null.checks"]);
});

test.for(["build", "validate"])(
  "two blocks that would report one build fail %s before anything is built",
  async (command) => {
    const workspace = await newWorkspace(registry.settings);
    const twice = `${requiredPlugins}
${fileSource("web")}
build {
  sources = ["source.file.web"]

  post-processor "waybill" {
    artifact = "hashicorp/twice"
  }
  post-processor "waybill" {
    artifact = "hashicorp/twice"
  }
}
`;
    await workspace.write("web.pkr.hcl", twice);
    const { output } = expectFailure(await workspace.packer([command, "."]));
    expect(output).toContain("file.web");
    expect(output).toMatch(/\bbuild\s*=/);
    expect(await workspace.list("images")).toEqual([]);
    await expect(registry.client.getArtifact("hashicorp/twice")).rejects.toMatchObject({
      code: "artifact_not_found",
    });

    await workspace.write(
      "web.pkr.hcl",
      twice.replace('"hashicorp/twice"', '"hashicorp/twice"\n build = "file.web-copy"'),
    );
    expectSuccess(await workspace.packer(["validate", "."]));
  },
);

test("two blocks that disagree about the version fail before anything is built", async () => {
  const workspace = await newWorkspace(registry.settings);
  const block = (artifact: string, build: string, semver: string) =>
    `post-processor "waybill" {\n artifact = "${artifact}"\n build = "${build}"\n semver = "${semver}"\n }\n`;
  const template = `${requiredPlugins}${fileSource("web")}
build {
  sources = ["source.file.web"]
  ${block("hashicorp/disagree", "one", "1.0.0")}
  ${block("hashicorp/disagree", "two", "2.0.0")}
}
`;
  await workspace.write("web.pkr.hcl", template);
  const { output } = expectFailure(await workspace.packer(["build", "."]));
  expect(output).toContain("semver");
  expect(await workspace.list("images")).toEqual([]);
});

test("publishing the same again changes nothing, other content is refused and the image stays", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "commit-1" });
  const template = fileTemplate(["web"], 'artifact = "hashicorp/again"');
  await workspace.write("web.pkr.hcl", template);
  expectSuccess(await workspace.packer(["build", "."]));
  expectSuccess(await workspace.packer(["build", "-force", "."]));

  await workspace.write("web.pkr.hcl", template.replace("images/web.img", "images/other.img"));
  const { output } = await workspace.packer(["build", "-force", "."]);
  expect(output).toContain("web.img");
  expect(await workspace.list("images")).toEqual(["other.img", "web.img"]);
  expect(await workspace.list(".spool")).toEqual([]);
  const { items } = await registry.client.listVersions("hashicorp/again");
  expect(items).toMatchObject([{ number: 1 }]);
});

test("a build from a revoked version says so where it is published", async () => {
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-base" }];
  const builds = [{ name: "base", artifact_type: "amazon.ami", images }];
  await registry.client.publish("hashicorp/old-base", { fingerprint: "base", builds });
  await registry.client.revocations.revoke("hashicorp/old-base", 1, { reason: "CVE-2026-1" });
  const workspace = await newWorkspace(registry.settings);
  await workspace.write(
    "web.pkr.hcl",
    `${requiredPlugins}
data "waybill-artifact" "base" {
  artifact   = "hashicorp/old-base"
  on_revoked = "warn"
}
source "amazon-ebs" "web" {
  region     = "us-east-1"
  source_ami = data.waybill-artifact.base.external_id
}
build {
  sources = ["source.amazon-ebs.web"]

  post-processor "waybill" {
    artifact = "hashicorp/from-old-base"
  }
}
`,
  );
  const { output } = expectSuccess(await workspace.packer(["build", "."]));
  expect(output).toMatch(/warning: this was built from version 1 of hashicorp\/old-base: .*CVE-2026-1/);
});
