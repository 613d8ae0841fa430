import { expect, inject, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileSource, fileTemplate, requiredPlugins } from "./harness/templates.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();
const tofu = inject("terraforms").at(-1)?.path ?? "";
const client = () => registry.client;

/** A JSON template whose sources all go through one `waybill` block with these options. */
function jsonTemplate(sources: string[], options: object): string {
  return JSON.stringify({
    builders: sources.map((name) => ({ type: "file", name, content: name, target: `images/${name}.img` })),
    "post-processors": [{ type: "waybill", ...options }],
  });
}

const image = (external_id: string) => ({ platform: "aws", region: "us-east-1", external_id });
const amazonBuild = (id: string) => ({ name: "base", artifact_type: "amazon.ami", images: [image(id)] });

const hcl = (artifact: string): string =>
  fileTemplate(
    ["web"],
    `artifact  = "${artifact}"
    channels  = ["staging", "production"]
    parents   = [{ artifact = "base", version = 1 }, { artifact = "elsewhere/base", fingerprint = "f" }]
    documents = ["sbom/*.cdx.json", "web.intoto.jsonl"]
    files     = ["extra/*"]
    output    = "out/web.auto.tfvars.json"`,
  );
const json = (artifact: string): string =>
  jsonTemplate(["web"], {
    artifact,
    channels: "staging,production",
    parents: [
      { artifact: "base", version: 1 },
      { artifact: "elsewhere/base", fingerprint: "f" },
    ],
    documents: ["sbom/*.cdx.json", "web.intoto.jsonl"],
    files: ["extra/*"],
    output: "out/web.auto.tfvars.json",
  });

test.for([
  { kind: "HCL2", artifact: "everything/hcl", name: "web.pkr.hcl", template: hcl("everything/hcl") },
  {
    kind: "HCL2 (and Packer's older protocol)",
    artifact: "everything/gob",
    name: "web.pkr.hcl",
    template: hcl("everything/gob"),
    settings: { PACKER_FORCE_GOB: "1" },
  },
  { kind: "JSON", artifact: "everything/json", name: "web.json", template: json("everything/json") },
])("every option of a $kind template is on record", async ({ artifact, name, template, settings }) => {
  const workspace = await newWorkspace({ ...registry.settings, ...settings });
  await workspace.write(name, template);
  await workspace.write("sbom/web.cdx.json", '{"bomFormat": "CycloneDX"}');
  await workspace.write("web.intoto.jsonl", "{}\n");
  await workspace.write("extra/notes.txt", artifact);
  // Channels are assigned in the order given, so that one may come after another.
  await client().putArtifact(artifact, {});
  await client().channels.put(artifact, "staging", {});
  await client().channels.put(artifact, "production", { rules: { after: "staging" } });

  const { output } = expectSuccess(await workspace.packer(["build", name]));
  expect(output).toContain(`${artifact}: channel production is at version 1`);
  expect(output).toContain("Uploaded extra/notes.txt");

  const { builds } = await client().getVersion(artifact, 1);
  expect(builds).toMatchObject([
    {
      name: "file.web",
      parents: [
        { artifact: "everything/base", version: 1 },
        { artifact: "elsewhere/base", fingerprint: "f" },
      ],
      documents: [
        { name: "web.cdx.json", media_type: "application/vnd.cyclonedx+json", size: 26 },
        { name: "web.intoto.jsonl", media_type: "application/vnd.in-toto+json", size: 3 },
      ],
      files: [
        { path: "images/web.img", stored: false },
        { path: "extra/notes.txt", stored: true },
      ],
    },
  ]);
  for (const channel of ["staging", "production"]) {
    expect(await client().resolve({ artifact, channel })).toMatchObject({ number: 1, channel });
  }

  const variable = artifact.replace("/", "_");
  await workspace.write(
    "main.tf",
    `variable "${variable}" {
      type = object({ fingerprint = string, version = number, images = map(map(string)) })
    }
    output "image" { value = var.${variable}.images["file.web"]["file"] }
    output "version" { value = var.${variable}.version }`,
  );
  await workspace.run("sh", ["-c", "mv out/web.auto.tfvars.json ."]);
  const applied = expectSuccess(await workspace.run(tofu, ["apply", "-auto-approve", "-no-color"]));
  expect(applied.output).toMatch(/image = "images\/web\.img"\n(.*\n)?version = 1/);
});

test("parallel builds of several artifacts write one output, and no entry is lost", async () => {
  const workspace = await newWorkspace(registry.settings);
  const sources = Array.from({ length: 8 }, (_, index) => `web${index}`);
  const template = fileTemplate(sources, 'artifact = "parallel/web"\n output = "images.json"');
  const second = 'post-processor "waybill" {\n artifact = "parallel/copy"\n output = "images.json"\n }\n}\n';
  await workspace.write("web.pkr.hcl", template.replace(/\}\n$/, second));
  expectSuccess(await workspace.packer(["build", "."]));
  const written = JSON.parse(await workspace.read("images.json"));
  for (const artifact of ["parallel/web", "parallel/copy"]) {
    expect(written[artifact]).toMatchObject({ version: 1 });
    expect(Object.keys(written[artifact].builds).sort()).toEqual(sources.map((name) => `file.${name}`));
  }
  expect((await workspace.list()).filter((name) => name.includes("lock") || name.includes("tmp"))).toEqual(
    [],
  );
});

/** As the first users of Atlas wrote it, with one more builder, and all options of its post-processor. */
const atlasTemplate = {
  variables: { token: "{{env `ATLAS_TOKEN`}}", address: "" },
  builders: [
    { type: "amazon-ebs", region: "us-east-1" },
    { type: "amazon-ebs", name: "worker", region: "eu-west-1" },
  ],
  "post-processors": [
    {
      type: "atlas",
      artifact: "hashicorp/logstream",
      artifact_type: "amazon.image",
      metadata: { created_at: "{{timestamp}}", source: "{{build `SourceAMI`}}" },
      atlas_url: "{{user `address`}}",
      token: "{{user `token`}}",
    },
  ],
};

test("a template of Atlas's works once its type is renamed, and each old spelling is named once", async () => {
  const workspace = await newWorkspace({ ATLAS_TOKEN: registry.token });
  const template = JSON.stringify(atlasTemplate).replace('"type":"atlas"', '"type":"waybill"');
  await workspace.write("logstream.json", template);
  const variables = ["-var", `address=${registry.address}`, "logstream.json"];
  expectSuccess(await workspace.packer(["validate", ...variables]));
  const { output } = expectSuccess(await workspace.packer(["build", ...variables]));
  expect(output.match(/option "atlas_url" is now called "address"/g)).toHaveLength(1);
  expect(output.match(/artifact_type "amazon.image" is now called "amazon.ami"/g)).toHaveLength(1);
  expect(output).not.toContain(registry.token);
  const resolved = await client().resolve({ artifact: "hashicorp/logstream", type: "amazon.ami" });
  expect(resolved.metadata_full).toMatchObject({
    source: "ami-0000000000ubuntu",
    "region-us-east-1": expect.stringMatching(/^ami-/),
    "region-eu-west-1": expect.stringMatching(/^ami-/),
  });
});

test("what a channel's rules do not allow is said, and costs neither the build nor the other channels", async () => {
  const artifact = "ruled/web";
  await client().putArtifact(artifact, {});
  await client().channels.put(artifact, "amazon", { rules: { types: ["amazon.ami"] } });
  const workspace = await newWorkspace(registry.settings);
  await workspace.write(
    "web.pkr.hcl",
    fileTemplate(["web"], `artifact = "${artifact}"\n channels = ["amazon", "files"]`),
  );
  const { output } = expectSuccess(await workspace.packer(["build", "."]));
  expect(output).toMatch(/warning: channel amazon of ruled\/web was not assigned: .*"types".*amazon\.ami/);
  expect(await client().resolve({ artifact, channel: "files" })).toMatchObject({ number: 1 });
  expect(await workspace.list(".spool")).toEqual([]);
});

test("a token that may publish and not promote publishes, and says what it could not do", async () => {
  const { token } = await client().tokens.create({
    name: "ci",
    scopes: [{ scope: "publish", pattern: "scoped/*" }],
  });
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_TOKEN: token });
  await workspace.write(
    "web.pkr.hcl",
    fileTemplate(["web"], 'artifact = "scoped/web"\n channels = ["staging"]'),
  );
  const { output } = expectSuccess(await workspace.packer(["build", "."]));
  expect(output).toContain("scoped/web: version 1 is complete");
  expect(output).toMatch(/warning: channel staging of scoped\/web was not assigned: .*promote/);
});

test("channels wait for the last build of a version, and a build that is published again moves none back", async () => {
  const artifact = "late/web";
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "one" });
  const options = `artifact = "${artifact}"\n channels = ["staging"]\n expected_builds = ["file.web", "file.db"]`;
  await workspace.write("web.pkr.hcl", fileTemplate(["web", "db"], options));
  expectSuccess(await workspace.packer(["build", "-only=file.web", "."]));
  await expect(client().channels.get(artifact, "staging")).rejects.toMatchObject({
    code: "channel_not_found",
  });
  expectSuccess(await workspace.packer(["build", "-only=file.db", "."]));
  expect(await client().channels.get(artifact, "staging")).toMatchObject({ version: { number: 1 } });

  await client().publish(artifact, { fingerprint: "two", builds: [amazonBuild("ami-2")] });
  const ifUnchanged = await client().channels.get(artifact, "staging");
  await client().channels.put(artifact, "staging", { version: 2 }, { ifUnchanged });
  const { output } = expectSuccess(await workspace.packer(["build", "-force", "-only=file.db", "."]));
  expect(output).toContain("it stays at version 2");
  expect(await client().channels.get(artifact, "staging")).toMatchObject({ version: { number: 2 } });
});

test.for([
  ['channels = ["latest"]', /"channels" cannot be "latest"/],
  ['channels = ["Not a name"]', /"channels" is "Not a name"/],
  ['parents = [{ artifact = "base" }]', /"parents" has an entry \(number 1\)/],
  ['documents = ["my sbom.json"]', /"documents" is "my sbom\.json"/],
  ['output = "images.yaml"', /"output" is "images\.yaml"/],
  ['atlas_url = "https://a.test"\n address = "https://b.test"', /both are given/],
] as const)("packer validate knows that %s cannot be", async ([options, says]) => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], `artifact = "wrong/web"\n ${options}`));
  expect(expectFailure(await workspace.packer(["validate", "."])).output).toMatch(says);
});

test("packer validate of a JSON template names all that is wrong at once", async () => {
  const workspace = await newWorkspace(registry.settings);
  const wrong = {
    artifact: "wrong/web",
    channels: "latest",
    parents: [{ artifact: "base" }],
    output: "x.yaml",
  };
  await workspace.write("web.json", jsonTemplate(["web"], { ...wrong, documents: ["a/x.json", "b/x.json"] }));
  const { output } = expectFailure(await workspace.packer(["validate", "web.json"]));
  for (const option of ["channels", "parents", "output", "documents"])
    expect(output).toContain(`"${option}"`);
});

test("parents may come from a data source, which packer validate need not read", async () => {
  await client().publish("given/base", { fingerprint: "f", builds: [amazonBuild("ami-base")] });
  const workspace = await newWorkspace(registry.settings);
  const base = 'data "waybill-artifact" "base" {\n artifact = "given/base"\n }\n';
  const options = `artifact = "given/web"
    parents = [{
      artifact = data.waybill-artifact.base.artifact
      version  = data.waybill-artifact.base.number
    }]`;
  await workspace.write("web.pkr.hcl", `${base}${fileTemplate(["web"], options)}`);
  expectSuccess(await workspace.packer(["validate", "."], { WAYBILL_ADDRESS: "http://127.0.0.1:1" }));
  expectSuccess(await workspace.packer(["build", "."]));
  const { builds } = await client().getVersion("given/web", 1);
  expect(builds).toMatchObject([{ parents: [{ artifact: "given/base", version: 1 }] }]);
});

test("packer validate knows that two blocks disagree about the channels of a version", async () => {
  const workspace = await newWorkspace(registry.settings);
  const block = (build: string, channel: string) =>
    `post-processor "waybill" {\n artifact = "wrong/web"\n build = "${build}"\n channels = ["${channel}"]\n }\n`;
  const sources = `${requiredPlugins}${fileSource("web")}`;
  const blocks = `${block("one", "staging")}${block("two", "production")}`;
  await workspace.write("web.pkr.hcl", `${sources}build {\n sources = ["source.file.web"]\n ${blocks}}\n`);
  const { output } = expectFailure(await workspace.packer(["validate", "."]));
  expect(output).toMatch(/different\s+values\s+of\s+"channels"/);
});
